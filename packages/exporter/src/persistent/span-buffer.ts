import { after, type Timer } from '@otel-sessions/semconv/internal'
import { type EndedSpan, ResourceWait } from './resource-wait.ts'

const SAMPLED = 1

/** Whether the span is sampled. Throws what reading the span throws. */
export const isSampled = (span: EndedSpan): boolean => (span.spanContext().traceFlags & SAMPLED) !== 0

/** How long a span may be in memory only, in milliseconds. */
const COLLECT_MILLIS = 20

/** Where the buffer hands its spans to. */
export interface SpanConsumer {
  /** How many spans make a record. */
  readonly recordSpans: number
  consume(spans: EndedSpan[]): void
  /** Spans have to wait before they can be consumed. */
  hold(spans: readonly EndedSpan[]): void
}

/** Collects ended spans until there are enough for a record, or the first has waited 20 ms. */
export class SpanBuffer {
  readonly #consumer: SpanConsumer
  readonly #resourceWait: ResourceWait
  #spans: EndedSpan[] = []
  #timer: Timer | undefined

  constructor(consumer: SpanConsumer) {
    this.#consumer = consumer
    this.#resourceWait = new ResourceWait((spans) => consumer.consume(spans))
  }

  add(span: EndedSpan): void {
    this.#spans.push(span)
    if (this.#spans.length >= this.#consumer.recordSpans) this.#flush()
    else this.#timer ??= after(COLLECT_MILLIS, () => this.#flush())
  }

  /** Hands on all spans, whether their resource is complete or not. */
  flushNow(): void {
    this.#resourceWait.flush()
    const spans = this.#take()
    if (spans.length > 0) this.#consumer.consume(spans)
  }

  /** Hands on all spans; resolves after those whose resource was incomplete. */
  async flush(): Promise<void> {
    this.#flush()
    await this.#resourceWait.idle()
  }

  #flush(): void {
    const spans = this.#take()
    if (spans.length === 0) return
    if (this.#resourceWait.keeps(spans)) this.#consumer.hold(spans)
    else this.#consumer.consume(spans)
  }

  #take(): EndedSpan[] {
    this.#timer?.cancel()
    this.#timer = undefined
    const spans = this.#spans
    this.#spans = []
    return spans
  }
}
