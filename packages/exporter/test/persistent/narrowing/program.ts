/**
 * A program that ends good spans, flushes, and then ends others of which some are bad; run with the URL of an endpoint,
 * a directory, and how many requests may be in flight. It prints the name of each span after its end, and never ends.
 */
import { writeSync } from 'node:fs'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'

const [url, directory, concurrency] = process.argv.slice(2)
const delivery = new PersistentBatchSpanProcessor({
  ...{ url, directory, concurrency: Number(concurrency), protocol: 'http/json' },
  durability: 'span',
  maxExportBatchSize: 256,
  scheduledDelayMillis: 10,
})
const tracer = new BasicTracerProvider({ spanProcessors: [delivery] }).getTracer('test')
const end = (name: string) => {
  tracer.startSpan(name).end()
  // Within the call: the kill may come at any moment.
  writeSync(1, `${name}\n`)
}

for (let i = 0; i < 50; i++) end(`early ${i}`)
await delivery.forceFlush()
for (let i = 0; i < 500; i++) end(i % 100 === 7 ? `bad ${i}` : `late ${i}`)
let others = 0
setInterval(() => end(`other ${others++}`), 20)
