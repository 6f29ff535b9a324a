import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { within } from '@otel-sessions/semconv/internal'

/**
 * The most spans that are passed on between two flushes. `BatchSpanProcessor` drops what exceeds its queue of 2,048 spans,
 * which also has the spans that did not wait.
 */
const BURST = 512

/** How long a flush may take until the rest is passed on without waiting, in milliseconds. */
const FLUSH_MILLIS = 10_000

/**
 * Passes spans that have waited on to processors, in bursts that their queues can take: a trace that completes releases
 * thousands of spans at once. Between the bursts the processors are flushed.
 */
export class Bursts<S> {
  readonly #passOn: (span: S) => void
  readonly #flush: () => Promise<unknown>
  #queue: S[] = []
  /** How many were passed on since the last flush. */
  #passed = 0
  #draining: Promise<void> | undefined

  constructor(passOn: (span: S) => void, flush: () => Promise<unknown>) {
    this.#passOn = passOn
    this.#flush = flush
  }

  /** Passes spans on: at once as many as the processor can take, the others after it was flushed. */
  add(spans: readonly S[]): void {
    for (const span of spans) this.#queue.push(span)
    if (this.#draining !== undefined) return
    this.#passNow()
    if (this.#queue.length > 0) this.#draining = this.#drain()
  }

  /** Resolves when all spans are passed on; undefined if they are. Never rejects. */
  get drained(): Promise<void> | undefined {
    return this.#draining
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        await within(FLUSH_MILLIS, 'a flush', this.#flush())
        this.#passed = 0
      } catch {
        // A processor cannot take them in time. It knows best what to drop.
        this.#passed = Number.NEGATIVE_INFINITY
      }
      this.#passNow()
    }
    this.#passed = Math.max(0, this.#passed)
    this.#draining = undefined
  }

  #passNow(): void {
    const spans = this.#queue.splice(0, BURST - this.#passed)
    this.#passed += spans.length
    // Not in the context of the request that has ended a span by chance.
    context.with(ROOT_CONTEXT, () => spans.forEach(this.#passOn))
  }
}
