import { after } from '../deadline.ts'
import type { EndedSpan } from './ended-span.ts'
import { ResourceWait } from './resource-wait.ts'

/** How long a span may be in memory alone, in milliseconds. */
const COLLECT_MILLIS = 20

/** Where collected spans go. */
export interface Collected {
  /** How many make a record, by what is known of their size. */
  readonly recordSpans: number
  handOn(spans: EndedSpan[]): void
}

/** Spans that have just ended, until there are enough of them for a record, or the first has waited long enough. */
export class SpanBuffer {
  readonly #to: Collected
  /** Undefined where spans must be written before `onEnd` returns. */
  readonly #waiting: ResourceWait | undefined
  #spans: EndedSpan[] = []
  #timer: { cancel(): void } | undefined

  constructor(to: Collected, waitsForResources: boolean) {
    this.#to = to
    this.#waiting = waitsForResources ? new ResourceWait((spans) => to.handOn(spans)) : undefined
  }

  /** How many spans are here. */
  get size(): number {
    return this.#spans.length + (this.#waiting?.size ?? 0)
  }

  add(span: EndedSpan): void {
    this.#spans.push(span)
    if (this.#spans.length >= this.#to.recordSpans) this.handOn()
    else this.#timer ??= after(COLLECT_MILLIS, () => this.handOn())
  }

  /** Hands on what is here, but for what waits for its resource. */
  handOn(): void {
    const spans = this.#take()
    if (spans.length > 0 && !this.#waiting?.takes(spans)) this.#to.handOn(spans)
  }

  /** Hands on all that is here: the process is about to end. */
  handOnAll(): void {
    this.#waiting?.handOnAll()
    const spans = this.#take()
    if (spans.length > 0) this.#to.handOn(spans)
  }

  /** Hands on what is here; resolves when what waits for its resource has been handed on, too. */
  async settled(): Promise<void> {
    this.handOn()
    await this.#waiting?.settled()
  }

  #take(): EndedSpan[] {
    this.#timer?.cancel()
    this.#timer = undefined
    const spans = this.#spans
    this.#spans = []
    return spans
  }
}
