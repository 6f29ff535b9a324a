/** A program whose spans wait for their trace. It prints the name of each span after its end. */
import { writeSync } from 'node:fs'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { backfill } from '@otel-sessions/exporter/backfill'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'

/** The program's behaviour. */
export interface HeldProgramConfig {
  readonly url: string
  readonly directory: string
  readonly durability: 'batch' | 'span'
  /** How it ends; without one it does not. */
  readonly end?: 'exit' | 'uncaught' | 'exit on SIGTERM' | 'shutdown on SIGTERM'
  /** After how many spans it ends. */
  readonly exitAfter?: number
}

const {
  url,
  directory,
  durability,
  end: ending,
  exitAfter = Number.POSITIVE_INFINITY,
} = JSON.parse(process.argv[2] ?? '{}') as HeldProgramConfig
const delivery = new PersistentBatchSpanProcessor({
  url,
  directory,
  durability,
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
  if (spans > exitAfter) exit()
  else setImmediate(work)
}
const exit = () => {
  if (ending === 'exit') process.exit()
  if (ending === 'uncaught') throw new Error('the application is broken')
  process.once('SIGTERM', async () => {
    if (ending === 'shutdown on SIGTERM') await provider.shutdown().catch(() => {})
    process.exit()
  })
  process.kill(process.pid, 'SIGTERM')
}
work()
