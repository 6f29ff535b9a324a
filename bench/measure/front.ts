import { context, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { sessionProcessors } from 'otel-sessions'
import { discarding, NoopProcessor } from '../libraries/library.ts'
import { interleave, type Variant } from '../support/interleave.ts'
import { type Measure, overBaseline } from './measurement.ts'
import { BATCH, batchOf, VALIDATION } from './validation.ts'

/** Spans as in the table of validation. */
const SINGLE = ['with an ID and a record', 'with an ID and a record, backfill', 'backend langfuse, rich']
/** Spans that wait until the root of their trace ends. */
const WAITING = 'without a session, waits for its trace, backfill'
const TRACE = 16

/** What is measured with `sessionProcessors` beside the exporter. */
export const FRONT: readonly string[] = [...SINGLE, WAITING]

type Exporter = ReturnType<typeof discarding>['exporter']
type Export = Pick<Exporter, 'export'>

/** Exports batches within the call, as a batch processor does whose exporter answers at once. */
class Batching extends NoopProcessor {
  #spans: ReadableSpan[] = []
  readonly #exporter: Export

  constructor(exporter: Export) {
    super()
    this.#exporter = exporter
  }

  override onEnd(span: unknown): void {
    this.#spans.push(span as ReadableSpan)
    if (this.#spans.length < BATCH) return
    const spans = this.#spans
    this.#spans = []
    this.#exporter.export(spans, () => {})
  }
}

/** Measures what a span costs in front of a batch processor, and with the exporter behind it. */
export const measureFront: Measure = async (circumstances, _variant, rounds) => {
  const isWaiting = circumstances === WAITING
  const setting = isWaiting ? { backfills: true } : (VALIDATION[circumstances] ?? {})
  const options = { backends: 'backends' in setting ? setting.backends : undefined }
  const waits = 'backfills' in setting
  const { exporter, last } = discarding()
  const validating = new SessionSpanExporter<ReadableSpan>(exporter, {
    ...options,
    backfill: waits ? backfill() : undefined,
  })
  const inFront = (inner: NoopProcessor) =>
    sessionProcessors([inner as never], { ...options, backfill: waits ? undefined : false })
  const batching = () => new Batching(exporter)
  const variants: [name: string, processors: readonly object[]][] = [
    ['baseline', [new NoopProcessor(), batching()]],
    ['control', [new NoopProcessor(), batching()]],
    ['measured', inFront(batching())],
    ['floor', [inFront(batching())[0], new Batching(validating as Export)]],
  ]
  const batch = isWaiting ? [] : batchOf(setting as never)
  const runs = variants.map(([name, processors]) =>
    isWaiting ? startingSpans(name, processors) : endingSpans(name, processors, batch),
  )
  const samples = await interleave(runs, rounds)
  const ids = new Set<unknown>()
  for (const run of runs.slice(2)) {
    last.length = 0
    await run.run()
    ids.add(last[0]?.attributes['session.id'])
  }
  if (ids.size !== 1 || last.length === 0) throw new Error('both do not export the same session')
  return overBaseline(samples)
}

/** Calls the processor that exports with spans that have ended. */
function endingSpans(name: string, processors: readonly object[], batch: readonly ReadableSpan[]): Variant {
  const exporting = processors.at(-1) as NoopProcessor
  const run = () => {
    for (let count = 0; count < 4; count++) for (const span of batch) exporting.onEnd(span as never)
  }
  return { name, operations: 4 * BATCH, run }
}

/** Starts and ends spans without a session below a root that ends last. */
function startingSpans(name: string, processors: readonly object[]): Variant {
  const provider = new BasicTracerProvider({ spanProcessors: processors as SpanProcessor[] })
  const tracer = provider.getTracer('ai')
  const run = () => {
    for (let count = 0; count < (2 * BATCH) / TRACE; count++) startTrace(tracer)
  }
  return { name, operations: 2 * BATCH, run: () => context.with(ROOT_CONTEXT, run) }
}

function startTrace(tracer: Tracer): void {
  const root = tracer.startSpan('POST /chat', undefined, ROOT_CONTEXT)
  const below = trace.setSpan(ROOT_CONTEXT, root)
  for (let count = 1; count < TRACE; count++) tracer.startSpan('query', undefined, below).end()
  root.end()
}
