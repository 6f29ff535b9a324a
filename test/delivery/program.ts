/** An application that ends some spans and then exits. It also runs as a worker thread, or as a worker of a cluster. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { context, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { backfill } from '@otel-sessions/exporter/backfill'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'

/** The program's behaviour. */
export interface ProgramConfig {
  /** The collector's URL. */
  url: string
  /** The directory of the journal; without one there is no journal. */
  directory?: string | undefined
  durability?: 'batch' | 'span' | undefined
  shutdownTimeoutMillis?: number | undefined
  spans: number
  /** How the process ends after its spans have ended. */
  end:
    | 'naturally'
    | 'process.exit'
    | 'uncaught'
    | 'rejection'
    | 'throw in the uncaughtException handler'
    | 'exit in the uncaughtException handler'
    | 'flush and exit'
    | 'shutdown'
    | 'kill'
    | 'kill once written'
    | 'abort once written'
    | 'out of memory once written'
    | 'process.exit once it hangs'
    | 'told to'
    | 'signal'
  /** What the application's own listeners do, each time they are called. */
  listens?:
    | 'span in beforeExit'
    | 'flush in beforeExit'
    | 'span in exit'
    | 'throw in exit'
    | 'exit in exit'
    | 'throw in exit, prepended'
    | 'report in exit'
    | 'exit on SIGTERM'
    | 'shutdown on SIGTERM'
    | undefined
  /** Whether the spans wait for backfill when the process ends. */
  waits?: boolean | undefined
}

const {
  url,
  directory,
  durability,
  shutdownTimeoutMillis = 2000,
  spans,
  end,
  listens,
  waits,
} = JSON.parse(process.argv[2] ?? '{}') as ProgramConfig

const fail = () => {
  throw new Error('the application is broken')
}
if (listens === 'throw in exit') process.on('exit', fail)
if (listens === 'exit in exit') process.on('exit', () => process.exit(0))

const processor = new PersistentBatchSpanProcessor({
  url,
  protocol: 'http/json',
  directory,
  durability,
  shutdownTimeoutMillis,
  session: waits ? { backfill: backfill() } : {},
})
const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), processor] })
const tracer = provider.getTracer('application')
const endOne = () => tracer.startSpan('at the end').end()
if (listens === 'span in beforeExit') process.on('beforeExit', endOne)
if (listens === 'span in exit') process.on('exit', endOne)
if (listens === 'throw in exit, prepended') process.prependListener('exit', fail)
if (listens === 'report in exit') process.on('exit', () => process.send?.(processor.stats().unwritten))
if (listens === 'exit on SIGTERM') process.once('SIGTERM', () => process.exit(0))
if (listens === 'shutdown on SIGTERM') {
  process.once('SIGTERM', async () => {
    await provider.shutdown().catch(() => {})
    process.exit(0)
  })
}
if (listens === 'flush in beforeExit') process.on('beforeExit', () => provider.forceFlush().catch(() => {}))
// With backfill, the others wait for this open span.
const open = tracer.startSpan('open')
const below = trace.setSpan(context.active(), open)
for (let index = 0; index < spans; index++) tracer.startSpan(`span ${index}`, {}, below).end()
if (!waits) open.end()

if (end === 'process.exit') process.exit(0)
if (end === 'uncaught') fail()
if (end === 'rejection') void Promise.reject(new Error('the application is broken'))
if (end === 'throw in the uncaughtException handler') process.on('uncaughtException', fail)
if (end === 'exit in the uncaughtException handler') process.on('uncaughtException', () => process.exit(1))
if (end.endsWith('handler')) setImmediate(fail)
if (end === 'signal') setInterval(() => {}, 1000)
// Until then, this listener keeps it alive.
if (end === 'told to') process.on('message', () => {})
process.send?.('ended')
parentPort?.postMessage('ended')
if (end.endsWith('once written')) {
  while (processor.stats().buffered + processor.stats().unwritten > 0) await nextTurn()
}
if (end.startsWith('abort')) process.abort()
if (end.startsWith('out of memory')) {
  const kept: string[][] = []
  while (true) kept.push(Array.from({ length: 10_000 }, String))
}
if (end === 'process.exit once it hangs') {
  // The call has begun, in another thread.
  while (processor.stats().buffered > 0) await nextTurn()
  await nextTurn()
  process.on('exit', () => process.send?.('exits'))
  process.exit(0)
}
if (end.startsWith('kill')) process.kill(process.pid, 'SIGKILL')
if (end === 'shutdown') {
  const outcome = await processor.shutdown().then(
    () => 'resolved',
    (error: Error) => error.message,
  )
  process.send?.(outcome)
}
if (end === 'flush and exit') {
  await provider.forceFlush()
  process.exit(0)
}
