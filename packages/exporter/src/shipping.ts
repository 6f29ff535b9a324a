import { within } from './deadline.ts'
import { exportOnce } from './settle-once.ts'
import type { ExportResult, SpanExporterLike } from './span-types.ts'
import type { Counters } from './stats.ts'

/** As many as a batch of the SDK has; receivers refuse requests that are too large. */
const MOST_AT_ONCE = 512

/** Hands spans to the wrapped exporter, and knows what is in flight. */
export class Shipping<S> {
  readonly #delegate: SpanExporterLike<S>
  readonly #timeoutMillis: number
  readonly #counters: Counters
  readonly #inFlight = new Set<Promise<unknown>>()

  constructor(delegate: SpanExporterLike<S>, timeoutMillis: number, counters: Counters) {
    this.#delegate = delegate
    this.#timeoutMillis = timeoutMillis
    this.#counters = counters
  }

  /** Exports a batch as it is, and calls back once. */
  ship(spans: S[], callback: (result: ExportResult) => void): void {
    if (Array.isArray(spans)) this.#counters.spans += spans.length
    const done = new Promise<void>((resolve) => {
      exportOnce(this.#delegate, spans, this.#timeoutMillis, this.#counters, (result) => {
        resolve()
        callback(result)
      })
    })
    this.#inFlight.add(done)
    done.then(() => this.#inFlight.delete(done))
  }

  /** Exports what may be more than a batch, and calls back once, with the first failure if there is one. */
  shipAll(spans: S[], callback: (result: ExportResult) => void): void {
    if (spans.length <= MOST_AT_ONCE) {
      this.ship(spans, callback)
      return
    }
    let left = Math.ceil(spans.length / MOST_AT_ONCE)
    let failed: ExportResult | undefined
    for (let start = 0; start < spans.length; start += MOST_AT_ONCE) {
      this.ship(spans.slice(start, start + MOST_AT_ONCE), (result) => {
        if (result.code !== 0) failed ??= result
        if (--left === 0) callback(failed ?? result)
      })
    }
  }

  /** Waits for what is in flight. */
  settled(millis: number, what: string): Promise<unknown> {
    return within(millis, what, Promise.all(this.#inFlight))
  }
}
