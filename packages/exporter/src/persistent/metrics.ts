import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  Observable,
  UpDownCounter,
} from '@opentelemetry/api'
import { problems } from '../problems.ts'
import type { BodyFormat } from './encoder/codec.ts'
import type { MeterProviderLike } from './options.ts'
import { nameOfError } from './sending/messages.ts'
import type { RequestObserver } from './sending/types.ts'
import type { DeliveryCounters, Queued } from './stats.ts'

/** What is queued, and how many of those spans are in requests. */
interface QueuedForMetrics extends Queued {
  readonly spansInRequests: number
}

const MILLIS_PER_SECOND = 1000
// Numbers the processors of a process, so that their names differ.
let processors = 0

/**
 * The metrics of one processor: OpenTelemetry's own (https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics), and
 * others under `otel_sessions.delivery`. Never throws, whatever the application's meter provider does.
 */
export class DeliveryMetrics implements RequestObserver {
  readonly #instruments: RequestInstruments | undefined
  readonly #stop: (() => void) | undefined

  /** @param queued returns what is queued, and how many of those spans are in requests */
  constructor(
    provider: MeterProviderLike,
    url: string,
    format: BodyFormat,
    counters: DeliveryCounters,
    queued: () => QueuedForMetrics,
  ) {
    const number = processors++
    const meter = guarded(() => provider.getMeter('@otel-sessions/exporter'))
    if (meter === undefined) return
    this.#instruments = guarded(() => requestInstruments(meter, url, format, number))
    const attributes = {
      'otel.component.type': 'batching_span_processor',
      'otel.component.name': `persistent_batching_span_processor/${number}`,
    }
    this.#stop = guarded(() => observe(meter, counters, queued, attributes))
  }

  sent(spans: number): void {
    this.#measure(({ inflight, attributes }) => inflight.add(spans, attributes))
  }

  answered(
    spans: number,
    millis: number,
    failure: string | undefined,
    status: number | undefined,
    rejected: number,
  ): void {
    this.#measure(({ inflight, exported, duration, attributes }) => {
      inflight.add(-spans, attributes)
      const outcome = failure === undefined ? attributes : { ...attributes, 'error.type': failure }
      if (rejected < spans) exported.add(spans - rejected, outcome)
      if (rejected > 0) exported.add(rejected, { ...attributes, 'error.type': 'rejected' })
      const answer = status === undefined ? outcome : { ...outcome, 'http.response.status_code': status }
      duration.record(millis / MILLIS_PER_SECOND, answer)
    })
  }

  /** Stops observing. */
  shutdown(): void {
    guarded(() => this.#stop?.())
  }

  #measure(measure: (instruments: RequestInstruments) => void): void {
    const instruments = this.#instruments
    if (instruments !== undefined) guarded(() => measure(instruments))
  }
}

/** Calls the application's meter provider. Returns undefined if it throws, which is logged once. */
function guarded<T>(measure: () => T): T | undefined {
  try {
    return measure()
  } catch (error) {
    // With the error's name alone: its message may contain anything.
    problems.report(
      'metrics',
      () => `option meterProvider failed (${nameOfError(error)}); metrics are missing`,
    )
    return undefined
  }
}

/** The instruments of `otel.sdk.exporter.*`. */
interface RequestInstruments {
  readonly inflight: UpDownCounter
  readonly exported: Counter
  readonly duration: Histogram
  readonly attributes: Attributes
}

function requestInstruments(
  meter: Meter,
  url: string,
  format: BodyFormat,
  number: number,
): RequestInstruments {
  const type = format === 'json' ? 'otlp_http_json_span_exporter' : 'otlp_http_span_exporter'
  const { hostname, port, protocol } = new URL(url)
  return {
    inflight: meter.createUpDownCounter('otel.sdk.exporter.span.inflight', {
      unit: '{span}',
      description:
        'The number of spans which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).',
    }),
    exported: meter.createCounter('otel.sdk.exporter.span.exported', {
      unit: '{span}',
      description: 'The number of spans for which the export has finished, either successful or failed.',
    }),
    duration: meter.createHistogram('otel.sdk.exporter.operation.duration', {
      unit: 's',
      description: 'The duration of exporting a batch of telemetry records.',
    }),
    attributes: {
      'otel.component.type': type,
      'otel.component.name': `${type}/persistent-${number}`,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    },
  }
}

/** The convention has names for two of our reasons. */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  overflow: 'queue_full',
  'after-shutdown': 'already_shutdown',
}

const errorType = (reason: string) => CONVENTIONAL[reason] ?? reason

/**
 * Counts each span once, although `redeliver()` and `purge()` can give a rejected one another end: it counts as failed
 * when it is rejected, and what becomes of it later is not counted. No number ever falls.
 */
class ProcessedSpans {
  #delivered = 0
  #rejected = 0
  #purged = 0
  // Redelivered spans that another process has rejected, as a negative number.
  #foreign = 0

  count({ delivered, rejected, redelivered, dropped }: DeliveryCounters): {
    delivered: number
    failed: Readonly<Record<string, number>>
  } {
    const kept = rejected + (dropped.rejected ?? 0) - redelivered
    this.#foreign = Math.min(this.#foreign, kept)
    this.#rejected = Math.max(this.#rejected, kept - this.#foreign)
    // These are counted as rejected, and have been queued again or purged since.
    const counted = this.#rejected - kept
    const purged = dropped.purged ?? 0
    const countedPurged = Math.min(counted, purged)
    this.#purged = Math.max(this.#purged, purged - countedPurged)
    this.#delivered = Math.max(this.#delivered, delivered - (counted - countedPurged))
    const failed: Record<string, number> = { ...dropped }
    if (this.#rejected > 0) failed['rejected'] = this.#rejected
    if (purged > 0) failed['purged'] = this.#purged
    return { delivered: this.#delivered, failed }
  }
}

function observe(
  meter: Meter,
  counters: DeliveryCounters,
  queued: () => QueuedForMetrics,
  attributes: Attributes,
): () => void {
  const observed = observedInstruments(meter)
  const processed = new ProcessedSpans()
  const write = (result: BatchObservableResult) => {
    const { delivered, failed } = processed.count(counters)
    result.observe(observed.processed, delivered, attributes)
    for (const [reason, spans] of Object.entries(failed)) {
      result.observe(observed.processed, spans, { ...attributes, 'error.type': errorType(reason) })
    }
    const { spans, bytes, oldestAgeMillis, spansInRequests } = queued()
    result.observe(observed.size, Math.max(0, spans - spansInRequests), attributes)
    result.observe(observed.bytes, bytes, attributes)
    result.observe(observed.age, oldestAgeMillis / MILLIS_PER_SECOND, attributes)
    result.observe(observed.rejected, counters.rejected, attributes)
    result.observe(observed.retried, counters.retried, attributes)
    result.observe(observed.corrupt, counters.corrupt, attributes)
    result.observe(observed.torn, counters.torn, attributes)
  }
  const callback: BatchObservableCallback = (result) => guarded(() => write(result))
  const all: Observable[] = Object.values(observed)
  meter.addBatchObservableCallback(callback, all)
  return () => meter.removeBatchObservableCallback(callback, all)
}

const observedInstruments = (meter: Meter) => ({
  processed: meter.createObservableCounter('otel.sdk.processor.span.processed', {
    unit: '{span}',
    description: 'The number of spans for which the processing has finished, either successful or failed.',
  }),
  size: meter.createObservableUpDownCounter('otel.sdk.processor.span.queue.size', {
    unit: '{span}',
    description: 'The number of spans in the queue of a given instance of an SDK span processor.',
  }),
  bytes: meter.createObservableUpDownCounter('otel_sessions.delivery.queue.bytes', {
    unit: 'By',
    description: 'The number of queued bytes.',
  }),
  age: meter.createObservableGauge('otel_sessions.delivery.queue.age', {
    unit: 's',
    description: 'How long the oldest queued span has waited.',
  }),
  rejected: meter.createObservableUpDownCounter('otel_sessions.delivery.rejected', {
    unit: '{span}',
    description: 'The number of spans that the endpoint rejected, and that are kept.',
  }),
  retried: meter.createObservableCounter('otel_sessions.delivery.retried', {
    unit: '{request}',
    description: 'The number of requests that failed and are retried.',
  }),
  corrupt: meter.createObservableCounter('otel_sessions.delivery.journal.corrupt', {
    unit: '{record}',
    description: 'The number of damaged records in the journal that were skipped.',
  }),
  torn: meter.createObservableCounter('otel_sessions.delivery.journal.torn', {
    unit: '{file}',
    description: 'The number of journal files whose last record is incomplete.',
  }),
})
