import { after, type Timer } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'

/** The part of a span's resource that shows whether its detectors are still running (SDK 1.11 and later). */
export interface DetectedResource {
  readonly asyncAttributesPending?: boolean | undefined
  waitForAsyncAttributes?(): Promise<void>
}

/** The part of an ended span that the processor reads. Structural, so that it fits every SDK line. */
export interface EndedSpan extends ExportableSpan {
  spanContext(): { readonly traceFlags: number }
  readonly resource: DetectedResource
}

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
}

/** Collects ended spans until there are enough for a record, or the first has waited 20 ms. */
export class SpanBuffer {
  readonly #consumer: SpanConsumer
  /** Undefined if spans have to be written before `onEnd` returns. */
  readonly #resourceWait: ResourceWait | undefined
  #spans: EndedSpan[] = []
  #timer: Timer | undefined

  constructor(consumer: SpanConsumer, waitsForResources: boolean) {
    this.#consumer = consumer
    this.#resourceWait = waitsForResources ? new ResourceWait((spans) => consumer.consume(spans)) : undefined
  }

  /** How many spans are in the buffer. */
  get size(): number {
    return this.#spans.length + (this.#resourceWait?.size ?? 0)
  }

  add(span: EndedSpan): void {
    this.#spans.push(span)
    if (this.#spans.length >= this.#consumer.recordSpans) this.#flush()
    else this.#timer ??= after(COLLECT_MILLIS, () => this.#flush())
  }

  /** Hands on all spans, whether their resource is complete or not. */
  flushNow(): void {
    this.#resourceWait?.flush()
    const spans = this.#take()
    if (spans.length > 0) this.#consumer.consume(spans)
  }

  /** Hands on all spans; resolves after those whose resource was incomplete. */
  async flush(): Promise<void> {
    this.#flush()
    await this.#resourceWait?.done
  }

  #flush(): void {
    const spans = this.#take()
    if (spans.length > 0 && !this.#resourceWait?.keeps(spans)) this.#consumer.consume(spans)
  }

  #take(): EndedSpan[] {
    this.#timer?.cancel()
    this.#timer = undefined
    const spans = this.#spans
    this.#spans = []
    return spans
  }
}

/** A detector that asks a cloud's metadata server may hang; spans without its attributes are better than none. */
const MAX_WAIT_MILLIS = 5000
/** As many as the SDK's batch processor queues. */
const MAX_WAITING_SPANS = 2048

/** Buffers spans in memory while their resource is still being detected, at process start. */
class ResourceWait {
  readonly #handOn: (spans: EndedSpan[]) => void
  /** Resources that were waited for: one that is never complete must delay only the first spans. */
  readonly #waitedFor = new WeakSet<DetectedResource>()
  #spans: EndedSpan[] = []
  #wait: Promise<void> | undefined

  constructor(handOn: (spans: EndedSpan[]) => void) {
    this.#handOn = handOn
  }

  get size(): number {
    return this.#spans.length
  }

  /** Resolves when no span waits any longer. */
  get done(): Promise<void> | undefined {
    return this.#wait
  }

  /** Keeps the spans if a resource is incomplete. Returns whether it did. */
  keeps(spans: readonly EndedSpan[]): boolean {
    const resources = new Set<DetectedResource>()
    for (const span of spans) {
      const resource = this.#pendingResource(span)
      if (resource !== undefined) resources.add(resource)
    }
    if (resources.size === 0 && this.#wait === undefined) return false
    this.#spans.push(...spans)
    if (this.#spans.length > MAX_WAITING_SPANS) this.flush()
    else this.#wait ??= this.#waitFor(resources)
    return true
  }

  flush(): void {
    const spans = this.#spans
    this.#spans = []
    if (spans.length > 0) this.#handOn(spans)
  }

  async #waitFor(resources: ReadonlySet<DetectedResource>): Promise<void> {
    for (const resource of resources) this.#waitedFor.add(resource)
    const detected = Promise.allSettled([...resources].map(async (one) => one.waitForAsyncAttributes?.()))
    await Promise.race([detected, new Promise<void>((resolve) => after(MAX_WAIT_MILLIS, resolve))])
    this.#wait = undefined
    this.flush()
  }

  #pendingResource(span: EndedSpan): DetectedResource | undefined {
    try {
      const { resource } = span
      const isPending =
        resource?.asyncAttributesPending === true && typeof resource.waitForAsyncAttributes === 'function'
      return isPending && !this.#waitedFor.has(resource) ? resource : undefined
    } catch {
      // The encoder counts it as unreadable.
      return undefined
    }
  }
}
