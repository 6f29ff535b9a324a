import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
  Observable,
} from '@opentelemetry/api'
import { type ExporterInstruments, exporterInstruments } from './exporter-instruments.ts'
import { guarded } from './guarded.ts'
import type { MeterProviderLike } from './meter-types.ts'
import type { SenderWatch } from './sending/types.ts'
import type { ProcessorSettings } from './settings.ts'
import type { DeliveryCounters, Queued } from './stats.ts'

/** https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics */
const PROCESSED = 'otel.sdk.processor.span.processed'
const QUEUE_SIZE = 'otel.sdk.processor.span.queue.size'

const MILLIS_PER_SECOND = 1000
// Counted over the process, so that the names of two processors differ.
let processors = 0

/**
 * The metrics of one processor: OpenTelemetry's own where there is one, else under `otel_sessions.delivery`. Never
 * throws, whatever the application's meter provider does.
 */
export class DeliveryMetrics implements SenderWatch {
  readonly #exporter: ExporterInstruments | undefined
  readonly #stop: (() => void) | undefined

  constructor(
    provider: MeterProviderLike,
    { sender, queue }: ProcessorSettings,
    counters: DeliveryCounters,
    queued: () => Queued,
  ) {
    const number = processors++
    const meter = guarded(() => provider.getMeter('@otel-sessions/exporter'))
    if (meter === undefined) return
    this.#exporter = guarded(() => exporterInstruments(meter, sender.url, queue.format, number))
    const attributes = {
      'otel.component.type': 'batching_span_processor',
      'otel.component.name': `persistent_batching_span_processor/${number}`,
    }
    this.#stop = guarded(() => observe(meter, counters, queued, attributes))
  }

  sent(spans: number): void {
    this.#measure(({ inflight, attributes }) => inflight.add(spans, attributes))
  }

  answered(spans: number, millis: number, failure: string | undefined, status: number | undefined): void {
    this.#measure(({ inflight, exported, duration, attributes }) => {
      inflight.add(-spans, attributes)
      const outcome = failure === undefined ? attributes : { ...attributes, 'error.type': failure }
      exported.add(spans, outcome)
      const answer = status === undefined ? outcome : { ...outcome, 'http.response.status_code': status }
      duration.record(millis / MILLIS_PER_SECOND, answer)
    })
  }

  /** Observes no more. */
  shutdown(): void {
    guarded(() => this.#stop?.())
  }

  #measure(measure: (instruments: ExporterInstruments) => void): void {
    const instruments = this.#exporter
    if (instruments !== undefined) guarded(() => measure(instruments))
  }
}

function observe(
  meter: Meter,
  counters: DeliveryCounters,
  queued: () => Queued,
  attributes: Attributes,
): () => void {
  const processed = meter.createObservableCounter(PROCESSED, {
    unit: '{span}',
    description: 'The number of spans for which the processing has finished, either successful or failed.',
  })
  const size = meter.createObservableUpDownCounter(QUEUE_SIZE, {
    unit: '{span}',
    description: 'The number of spans in the queue of a given instance of an SDK span processor.',
  })
  const own = ownInstruments(meter)
  const write = (result: BatchObservableResult) => {
    result.observe(processed, counters.delivered, attributes)
    for (const [reason, spans] of Object.entries(counters.dropped)) {
      result.observe(processed, spans, { ...attributes, 'error.type': errorType(reason) })
    }
    const { spans, bytes, oldestAgeMillis } = queued()
    result.observe(size, spans, attributes)
    result.observe(own.bytes, bytes, attributes)
    result.observe(own.age, oldestAgeMillis / MILLIS_PER_SECOND, attributes)
    result.observe(own.rejected, counters.rejected, attributes)
    result.observe(own.retried, counters.retried, attributes)
    result.observe(own.corrupt, counters.corrupt, attributes)
    result.observe(own.torn, counters.torn, attributes)
  }
  const callback: BatchObservableCallback = (result) => guarded(() => write(result))
  const all: Observable[] = [processed, size, ...Object.values(own)]
  meter.addBatchObservableCallback(callback, all)
  return () => meter.removeBatchObservableCallback(callback, all)
}

/** The convention has a name for one of our reasons. */
const errorType = (reason: string) => (reason === 'overflow' ? 'queue_full' : reason)

const ownInstruments = (meter: Meter) => ({
  bytes: meter.createObservableUpDownCounter('otel_sessions.delivery.queue.bytes', {
    unit: 'By',
    description: 'The bytes that wait to be delivered.',
  }),
  age: meter.createObservableGauge('otel_sessions.delivery.queue.age', {
    unit: 's',
    description: 'How long the oldest span that is queued has waited.',
  }),
  rejected: meter.createObservableUpDownCounter('otel_sessions.delivery.rejected', {
    unit: '{span}',
    description: 'The number of spans refused by the receiver for good, and kept.',
  }),
  retried: meter.createObservableCounter('otel_sessions.delivery.retried', {
    unit: '{request}',
    description: 'The number of requests that failed, and that are repeated.',
  }),
  corrupt: meter.createObservableCounter('otel_sessions.delivery.journal.corrupt', {
    unit: '{record}',
    description: 'The number of damaged records in the journal that were skipped.',
  }),
  torn: meter.createObservableCounter('otel_sessions.delivery.journal.torn', {
    unit: '{file}',
    description: 'The number of files of the journal whose last record was not written whole.',
  }),
})
