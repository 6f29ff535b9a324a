/** An application that ends some spans and then exits. */
import { setImmediate as nextTurn } from 'node:timers/promises'
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
  spans: number
  /** How the process ends after its spans have ended. */
  end: 'naturally' | 'process.exit' | 'uncaught' | 'flush and exit' | 'kill' | 'kill once written'
  /** What the application's own listeners do, each time they are called. */
  listens?: 'span in beforeExit' | 'flush in beforeExit' | 'span in exit' | undefined
  /** Whether the spans wait for backfill when the process ends. */
  waits?: boolean | undefined
}

const { url, directory, durability, spans, end, listens, waits } = JSON.parse(
  process.argv[2] ?? '{}',
) as ProgramConfig

const processor = new PersistentBatchSpanProcessor({
  url,
  protocol: 'http/json',
  directory,
  durability,
  shutdownTimeoutMillis: 2000,
  session: waits ? { backfill: backfill() } : {},
})
const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), processor] })
const tracer = provider.getTracer('application')
const endOne = () => tracer.startSpan('at the end').end()
if (listens === 'span in beforeExit') process.on('beforeExit', endOne)
if (listens === 'span in exit') process.on('exit', endOne)
if (listens === 'flush in beforeExit') process.on('beforeExit', () => provider.forceFlush().catch(() => {}))
// With backfill, the others wait for this open span.
const open = tracer.startSpan('open')
const below = trace.setSpan(context.active(), open)
for (let index = 0; index < spans; index++) tracer.startSpan(`span ${index}`, {}, below).end()
if (!waits) open.end()

if (end === 'process.exit') process.exit(0)
if (end === 'uncaught') throw new Error('the application is broken')
if (end === 'kill once written') {
  while (processor.stats().buffered + processor.stats().unwritten > 0) await nextTurn()
}
if (end.startsWith('kill')) process.kill(process.pid, 'SIGKILL')
if (end === 'flush and exit') {
  await provider.forceFlush()
  process.exit(0)
}
