import { context } from '@opentelemetry/api'
import { within } from './deadline.ts'
import { exportOnce } from './settle-once.ts'
import type { ExportResult, SpanExporterLike } from './span-types.ts'
import type { Counters } from './stats.ts'

/** As many as a batch of the SDK has; receivers refuse requests that are too large. */
const USUAL_BATCH = 512

/** Hands spans to the wrapped exporter, and knows what is in flight. */
export class Shipping<S> {
  readonly #delegate: SpanExporterLike<S>
  readonly #timeoutMillis: number
  readonly #counters: Counters
  readonly #inFlight = new Set<Promise<unknown>>()
  #largestBatch = 1

  constructor(delegate: SpanExporterLike<S>, timeoutMillis: number, counters: Counters) {
    this.#delegate = delegate
    this.#timeoutMillis = timeoutMillis
    this.#counters = counters
  }

  /** Notes how many spans the processor hands over at a time. */
  noteBatch(size: number): void {
    this.#largestBatch = Math.max(this.#largestBatch, size)
  }

  /** Exports a batch as it is, and calls back once. */
  ship(spans: S[], callback: (result: ExportResult) => void): void {
    const done = this.#begin()
    this.#export(spans, (result) => {
      done()
      callback(result)
    })
  }

  /**
   * Exports what may be more than a batch, one request after the other, because exporters refuse too many at a time.
   * None is larger than the largest batch of the processor. Calls back once, with the first failure if there is one.
   */
  shipAll(spans: S[], callback: (result: ExportResult) => void): void {
    // One at a time is what a processor without batches does, and no wish for small requests.
    const most = this.#largestBatch === 1 ? USUAL_BATCH : Math.min(USUAL_BATCH, this.#largestBatch)
    const done = this.#begin()
    // The answer may come in another context, in which the next request would be traced.
    const from = context.active()
    let failed: ExportResult | undefined
    const goOn = (end: number, result: ExportResult) => {
      if (end < spans.length) {
        context.with(from, shipFrom, undefined, end)
      } else {
        done()
        callback(failed ?? result)
      }
    }
    const shipFrom = (start: number) => {
      let end = start
      const answers: ExportResult[] = []
      // A loop where the exporter answers at once, so that the stack does not hold all requests.
      do {
        const part = spans.length <= most ? spans : spans.slice(end, end + most)
        end += most
        answers.length = 0
        let isInCall = true
        this.#export(part, (result) => {
          if (result.code !== 0) failed ??= result
          if (isInCall) answers.push(result)
          else goOn(end, result)
        })
        isInCall = false
      } while (answers.length > 0 && end < spans.length)
      const [answer] = answers
      if (answer !== undefined) goOn(end, answer)
    }
    shipFrom(0)
  }

  /** Waits for what is in flight. */
  settled(millis: number, what: string): Promise<unknown> {
    return within(millis, what, Promise.all(this.#inFlight))
  }

  #begin(): () => void {
    let settle = () => {}
    const inFlight = new Promise<void>((resolve) => {
      settle = resolve
    })
    this.#inFlight.add(inFlight)
    return () => {
      this.#inFlight.delete(inFlight)
      settle()
    }
  }

  #export(spans: S[], callback: (result: ExportResult) => void): void {
    if (Array.isArray(spans)) this.#counters.spans += spans.length
    exportOnce(this.#delegate, spans, this.#timeoutMillis, this.#counters, callback)
  }
}
