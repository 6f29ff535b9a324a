/**
 * A program that ends spans, or redelivers rejected ones; run with the URL of an endpoint, a directory, a token, the
 * number of spans, their prefix, and the milliseconds between redeliveries, 0 for none. It prints the name of each span
 * after its end, and `unbalanced` with the counters when they do not add up.
 */
import { writeSync } from 'node:fs'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'

const [url, directory, token = '', spans, prefix, every] = process.argv.slice(2)
const delivery = new PersistentBatchSpanProcessor({
  url,
  directory,
  durability: 'span',
  protocol: 'http/json',
  maxExportBatchSize: 20,
  scheduledDelayMillis: 0,
  headers: { authorization: token },
})
const tracer = new BasicTracerProvider({ spanProcessors: [delivery] }).getTracer('test')

let ended = 0
const end = () => {
  for (let count = 0; count < 5 && ended < Number(spans); count += 1) {
    const name = `${prefix} ${ended++}`
    tracer.startSpan(name).end()
    // Within the call: the kill may come at any moment.
    writeSync(1, `${name}\n`)
  }
  check()
}
const check = () => {
  const stats = delivery.stats()
  const { adopted, redelivered, delivered, rejected, dropped, queued, buffered } = stats
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  if (
    stats.ended + adopted + redelivered !== delivered + rejected + lost + queued.spans + buffered ||
    lost > 0
  ) {
    writeSync(1, `unbalanced ${JSON.stringify(stats)}\n`)
  }
}
setInterval(end, 1)
if (Number(every) > 0) {
  const redeliver = async () => {
    await delivery.redeliver()
    check()
    setTimeout(redeliver, Number(every))
  }
  void redeliver()
}
