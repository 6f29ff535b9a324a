import { checkOptions } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import { VALIDATION_OPTIONS, type ValidationOptions } from '../validation/options.ts'
import { SpanValidation } from '../validation/span-validation.ts'
import type { Codec } from './encoder/codec.ts'
import { PROCESSOR } from './options.ts'
import type { HeldSpan, SpanQueue } from './queue/index.ts'

/**
 * The spans that wait for their trace or their resource, and of which the journal has a copy. The copies are encoded as
 * the spans would be sent if they did not wait. They are not counted.
 */
export class HeldSpans {
  readonly #queue: SpanQueue
  readonly #codec: Codec
  #options: ValidationOptions | undefined
  /** By trace and span ID: a span that leaves may be a view of the one that came. */
  readonly #held = new Map<string, HeldSpan>()
  /** Validates copies. It counts for nobody, and is made when the first span waits. */
  #validation: SpanValidation<ExportableSpan> | undefined
  #validated: ExportableSpan | undefined

  /** @param options of session validation; undefined without it */
  constructor(queue: SpanQueue, codec: Codec, options: ValidationOptions | undefined) {
    this.#queue = queue
    this.#codec = codec
    this.#options = options
  }

  /** Validates further copies by other options; undefined to validate no longer. */
  validateBy(options: ValidationOptions | undefined): void {
    this.#options = options
    this.#validation = undefined
  }

  /** Writes copies of spans, but not of those that were sent. */
  hold(spans: readonly ExportableSpan[], sent: readonly ExportableSpan[] = []): void {
    const isSent = new Set(sent.map(keyOf))
    for (const span of spans) {
      const key = keyOf(span)
      if (key === undefined || isSent.has(key)) continue
      const before = this.#held.get(key)
      if (before !== undefined) before.renew()
      else {
        const held = this.#queue.hold(() => this.#encode(span))
        if (held === undefined) return
        this.#held.set(key, held)
      }
    }
    this.#queue.writeHeld()
  }

  /** Spans are queued now. Returns what to call when a file has them; undefined if none of them has a copy. */
  take(spans: readonly ExportableSpan[]): (() => void) | undefined {
    if (this.#held.size === 0) return undefined
    const taken: HeldSpan[] = []
    for (const span of spans) {
      const key = keyOf(span)
      const held = key && this.#held.get(key)
      if (key === undefined || !held) continue
      this.#held.delete(key)
      taken.push(held)
    }
    if (taken.length === 0) return undefined
    return () => {
      for (const held of taken) held.release()
    }
  }

  #encode(span: ExportableSpan): Buffer | undefined {
    this.#validated = span
    if (this.#options !== undefined) {
      this.#validation ??= this.#newValidation(this.#options)
      this.#validation.process([span], () => {})
    }
    return this.#codec.encode([this.#validated]).encoded?.body
  }

  #newValidation(options: ValidationOptions): SpanValidation<ExportableSpan> {
    const { backfill: _, ...others } = checkOptions(PROCESSOR, options, VALIDATION_OPTIONS)
    return new SpanValidation<ExportableSpan>(others, {
      name: PROCESSOR,
      send: ([view]) => {
        this.#validated = view
        return undefined
      },
    })
  }
}

/** Undefined if reading the span throws: it never waits. */
function keyOf(span: ExportableSpan): string | undefined {
  try {
    const { traceId, spanId } = span.spanContext() as { readonly traceId: string; readonly spanId: string }
    return `${traceId} ${spanId}`
  } catch {
    return undefined
  }
}
