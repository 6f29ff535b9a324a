import { after } from '../deadline.ts'
import type { EndedSpan } from './ended-span.ts'
import { ResourceWait } from './resource-wait.ts'

/** How long a span may be in memory alone, in milliseconds. */
const COLLECT_MILLIS = 20

/** Spans that have just ended, until there are enough of them for a record, or the first has waited long enough. */
export class SpanBuffer {
  readonly #most: number
  readonly #handOn: (spans: EndedSpan[]) => void
  readonly #waiting: ResourceWait
  #spans: EndedSpan[] = []
  #timer: { cancel(): void } | undefined

  /** @param most how many make a record */
  constructor(most: number, handOn: (spans: EndedSpan[]) => void) {
    this.#most = most
    this.#handOn = handOn
    this.#waiting = new ResourceWait(most, handOn)
  }

  /** How many spans are here. */
  get size(): number {
    return this.#spans.length + this.#waiting.size
  }

  add(span: EndedSpan): void {
    this.#spans.push(span)
    if (this.#spans.length >= this.#most) this.handOn()
    else this.#timer ??= after(COLLECT_MILLIS, () => this.handOn())
  }

  /** Hands on what is here, but for what waits for its resource. */
  handOn(): void {
    const spans = this.#take()
    if (spans.length > 0 && !this.#waiting.takes(spans)) this.#handOn(spans)
  }

  /** Hands on all that is here: the process is about to end. */
  handOnAll(): void {
    this.#waiting.handOnAll()
    const spans = this.#take()
    if (spans.length > 0) this.#handOn(spans)
  }

  /** Hands on what is here; resolves when what waits for its resource has been handed on, too. */
  async settled(): Promise<void> {
    this.handOn()
    await this.#waiting.settled()
  }

  #take(): EndedSpan[] {
    this.#timer?.cancel()
    this.#timer = undefined
    const spans = this.#spans
    this.#spans = []
    return spans
  }
}
