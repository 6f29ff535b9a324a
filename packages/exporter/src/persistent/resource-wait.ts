import { after } from '../deadline.ts'
import type { DetectedResource, EndedSpan } from './ended-span.ts'

/** A detector that asks a cloud's metadata server may hang; spans without its attributes are better than none. */
const LONGEST_WAIT_MILLIS = 5000
/** As many as the SDK's own batch processor queues. */
const MOST_SPANS = 2048

/** Spans of the first moments of a process, whose resource is still being detected. They are in memory alone. */
export class ResourceWait {
  readonly #most: number
  readonly #handOn: (spans: EndedSpan[]) => void
  #spans: EndedSpan[] = []
  #wait: Promise<void> | undefined

  /** @param most how many are handed on at a time */
  constructor(most: number, handOn: (spans: EndedSpan[]) => void) {
    this.#most = most
    this.#handOn = handOn
  }

  get size(): number {
    return this.#spans.length
  }

  /** Whether they wait here. */
  takes(spans: readonly EndedSpan[]): boolean {
    const resources = new Set(spans.map(({ resource }) => resource).filter(isPending))
    if (resources.size === 0 && this.#wait === undefined) return false
    this.#spans.push(...spans)
    if (this.#spans.length > MOST_SPANS) this.handOnAll()
    else this.#wait ??= this.#waitFor(resources)
    return true
  }

  handOnAll(): void {
    const spans = this.#spans
    this.#spans = []
    for (let start = 0; start < spans.length; start += this.#most) {
      this.#handOn(spans.slice(start, start + this.#most))
    }
  }

  async settled(): Promise<void> {
    await this.#wait
  }

  async #waitFor(resources: ReadonlySet<DetectedResource>): Promise<void> {
    const detected = Promise.allSettled([...resources].map((resource) => resource.waitForAsyncAttributes?.()))
    await Promise.race([detected, new Promise<void>((resolve) => after(LONGEST_WAIT_MILLIS, resolve))])
    this.#wait = undefined
    this.handOnAll()
  }
}

const isPending = (resource: DetectedResource | undefined): resource is DetectedResource =>
  resource?.asyncAttributesPending === true && typeof resource.waitForAsyncAttributes === 'function'
