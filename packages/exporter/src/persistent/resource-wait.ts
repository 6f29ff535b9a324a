import { after } from '../deadline.ts'
import type { DetectedResource, EndedSpan } from './ended-span.ts'

/** A detector that asks a cloud's metadata server may hang; spans without its attributes are better than none. */
const LONGEST_WAIT_MILLIS = 5000
/** As many as the SDK's own batch processor queues. */
const MOST_SPANS = 2048

/** Spans of the first moments of a process, whose resource is still being detected. They are in memory alone. */
export class ResourceWait {
  readonly #handOn: (spans: EndedSpan[]) => void
  /** Resources that were waited for: one that is never detected must not hold up a second span. */
  readonly #waitedFor = new WeakSet<DetectedResource>()
  #spans: EndedSpan[] = []
  #wait: Promise<void> | undefined

  constructor(handOn: (spans: EndedSpan[]) => void) {
    this.#handOn = handOn
  }

  get size(): number {
    return this.#spans.length
  }

  /** Whether they wait here. */
  takes(spans: readonly EndedSpan[]): boolean {
    const resources = new Set<DetectedResource>()
    for (const span of spans) {
      const resource = this.#pendingOf(span)
      if (resource !== undefined) resources.add(resource)
    }
    if (resources.size === 0 && this.#wait === undefined) return false
    this.#spans.push(...spans)
    if (this.#spans.length > MOST_SPANS) this.handOnAll()
    else this.#wait ??= this.#waitFor(resources)
    return true
  }

  handOnAll(): void {
    const spans = this.#spans
    this.#spans = []
    if (spans.length > 0) this.#handOn(spans)
  }

  async settled(): Promise<void> {
    await this.#wait
  }

  async #waitFor(resources: ReadonlySet<DetectedResource>): Promise<void> {
    for (const resource of resources) this.#waitedFor.add(resource)
    const detected = Promise.allSettled([...resources].map(async (one) => one.waitForAsyncAttributes?.()))
    await Promise.race([detected, new Promise<void>((resolve) => after(LONGEST_WAIT_MILLIS, resolve))])
    this.#wait = undefined
    this.handOnAll()
  }

  /** The span's resource, if there is something to wait for. */
  #pendingOf(span: EndedSpan): DetectedResource | undefined {
    try {
      const { resource } = span
      const isPending =
        resource?.asyncAttributesPending === true && typeof resource.waitForAsyncAttributes === 'function'
      return isPending && !this.#waitedFor.has(resource) ? resource : undefined
    } catch {
      // The encoder will find that it cannot be read, and counts it.
      return undefined
    }
  }
}
