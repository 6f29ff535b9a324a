/**
 * A program whose spans wait for their trace; run with the URL of an endpoint, a directory, an option `durability`, and
 * after how many spans it calls `process.exit()`. It prints the name of each span after its end.
 */
import { writeSync } from 'node:fs'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { backfill } from '@otel-sessions/exporter/backfill'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'

const [url, directory, durability, exitAfter] = process.argv.slice(2)
const delivery = new PersistentBatchSpanProcessor({
  url,
  directory,
  durability: durability as 'batch' | 'span',
  protocol: 'http/json',
  session: { backfill: backfill({ maxWaitMillis: 600_000 }) },
})
const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), delivery] })
const tracer = provider.getTracer('test')

const open = () => {
  const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
  return { root, inside: trace.setSpan(ROOT_CONTEXT, root) }
}
let spans = 0
const end = (within: ReturnType<typeof open>, attributes = {}) => {
  const name = `span ${spans++}`
  tracer.startSpan(name, { attributes }, within.inside).end()
  // Within the call: the kill may come at any moment.
  writeSync(1, `${name}\n`)
}
// One trace never ends. Of the others, each names its session with its last span.
const long = open()
let short = open()
const work = () => {
  end(long)
  end(short)
  if (spans % 20 === 0) {
    end(short, { 'session.id': `session_${spans}` })
    short.root.end()
    short = open()
  }
  if (spans > Number(exitAfter)) process.exit()
  setImmediate(work)
}
work()
