/** An application that ends some spans, and then itself. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'

/** What the program does. */
export interface ProgramConfig {
  /** Of the collector. */
  url: string
  /** Of the journal, if there is to be one. */
  directory?: string | undefined
  durability?: 'batch' | 'span' | undefined
  spans: number
  /** How it ends, once the spans have. */
  end: 'naturally' | 'process.exit' | 'uncaught' | 'flush and exit' | 'kill' | 'kill once written'
  /** What listeners of the application do, each time they are called: before ours, or after. */
  listens?: 'span in beforeExit' | 'flush in beforeExit' | 'span in exit' | undefined
  /** Whether spans wait in the gate for their trace. */
  holds?: boolean | undefined
}

const { url, directory, durability, spans, end, listens, holds } = JSON.parse(
  process.argv[2] ?? '{}',
) as ProgramConfig

const processor = new PersistentBatchSpanProcessor({
  url,
  protocol: 'http/json',
  directory,
  durability,
  shutdownTimeoutMillis: 2000,
  gate: holds ? { fillFromTrace: {} } : {},
})
const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), processor] })
const tracer = provider.getTracer('application')
const endOne = () => tracer.startSpan('at the end').end()
if (listens === 'span in beforeExit') process.on('beforeExit', endOne)
if (listens === 'span in exit') process.on('exit', endOne)
if (listens === 'flush in beforeExit') process.on('beforeExit', () => provider.forceFlush().catch(() => {}))
// An open span, for which the others wait if they are to.
const open = tracer.startSpan('open')
const below = trace.setSpan(context.active(), open)
for (let index = 0; index < spans; index++) tracer.startSpan(`span ${index}`, {}, below).end()
if (!holds) open.end()

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
