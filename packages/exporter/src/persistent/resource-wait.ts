import { setImmediate } from 'node:timers/promises'
import { after } from '@otel-sessions/semconv/internal'
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

/** A detector that asks a cloud's metadata server may hang; spans without its attributes are better than none. */
const MAX_WAIT_MILLIS = 5000
/** Beyond it, the oldest span goes on with the attributes that are known. */
const MAX_WAITING_SPANS = 65_536

/** How many are handed on at once. */
const SPANS_AT_ONCE = 512

/** Buffers spans in memory while their resource is still being detected, at process start. */
export class ResourceWait {
  readonly #handOn: (spans: EndedSpan[]) => void
  /** Resources that were waited for: one that is never complete must delay only the first spans. */
  readonly #waitedFor = new WeakSet<DetectedResource>()
  readonly #waits = new Set<Promise<void>>()
  #spans: EndedSpan[] = []
  /** Spans that need not wait any longer. */
  #ready: EndedSpan[] = []

  constructor(handOn: (spans: EndedSpan[]) => void) {
    this.#handOn = handOn
  }

  /** Resolves when no span waits any longer. */
  async idle(): Promise<void> {
    while (this.#waits.size > 0) await Promise.all(this.#waits)
  }

  /** Keeps the spans if a resource is incomplete. Returns whether it did. */
  keeps(spans: readonly EndedSpan[]): boolean {
    for (const span of spans) {
      const resource = this.#pendingResource(span)
      if (resource !== undefined) this.#waitFor(resource)
    }
    if (this.#waits.size === 0) return false
    this.#spans.push(...spans)
    const excess = this.#spans.length - MAX_WAITING_SPANS
    if (excess > 0) this.#handOn(this.#spans.splice(0, excess))
    return true
  }

  /** Hands on all spans, with the attributes that their resources have now. */
  flush(): void {
    const spans = this.#ready.concat(this.#spans)
    this.#ready = []
    this.#spans = []
    if (spans.length > 0) this.#handOn(spans)
  }

  #waitFor(resource: DetectedResource): void {
    this.#waitedFor.add(resource)
    const wait = detected(resource).then(async () => {
      // Spans of several providers wait for the last of their resources.
      if (this.#waits.size === 1) await this.#handOnAll()
      this.#waits.delete(wait)
      // What came meanwhile.
      if (this.#waits.size === 0) this.flush()
    })
    this.#waits.add(wait)
  }

  // Encoding all of a large burst would block the event loop for long.
  async #handOnAll(): Promise<void> {
    this.#ready = this.#ready.concat(this.#spans)
    this.#spans = []
    while (this.#ready.length > 0) {
      this.#handOn(this.#ready.splice(0, SPANS_AT_ONCE))
      await setImmediate()
    }
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

/** Resolves when a resource is complete, or was waited for long enough. Never rejects. */
async function detected(resource: DetectedResource): Promise<void> {
  const complete = (async () => resource.waitForAsyncAttributes?.())().catch(() => {})
  let timer: ReturnType<typeof after> | undefined
  const late = new Promise<void>((resolve) => {
    timer = after(MAX_WAIT_MILLIS, resolve)
  })
  await Promise.race([complete, late])
  timer?.cancel()
}
