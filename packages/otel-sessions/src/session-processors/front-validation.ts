import type { ExportableSpan } from '@otel-sessions/exporter'
import {
  type BackfillBuffer,
  type BackfillHost,
  CREATE_BUFFER,
  type CreateBuffer,
  SpanValidation,
  type ValidationOptions,
} from '@otel-sessions/exporter/internal'
import { logUnheard, readRecord, type SessionRecord } from '@otel-sessions/semconv/internal'
import { WHERE } from './options.ts'

type Host = BackfillHost<ExportableSpan>

/** What gets the spans. */
export interface Receiver {
  /** Gets a span that has just ended. */
  pass(span: ExportableSpan): void
  /** Gets spans that have waited for their trace. */
  passWaited(spans: readonly ExportableSpan[]): void
  /** Resolves when it has them all; undefined if it has. */
  readonly drained: Promise<void> | undefined
}

/**
 * Validates spans one by one, in front of a processor. Where validation changes something, the processor gets a copy of
 * the span, whose properties it can write: some do.
 */
export class FrontValidation extends SpanValidation<ExportableSpan> {
  readonly #receiver: Receiver
  readonly #backfill: BackfillBuffer<ExportableSpan> | undefined
  /** The span that ends now has released others. */
  #hasReleased = false

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor({ backfill, ...options }: ValidationOptions, receiver: Receiver) {
    super(options, { name: WHERE, send: () => undefined })
    this.#receiver = receiver
    const createBuffer = backfill?.[CREATE_BUFFER] as CreateBuffer | undefined
    this.#backfill = createBuffer?.(this, options.backends)
  }

  /** Takes a span that has ended, and passes on what can be passed on now. Never throws. */
  end(span: ExportableSpan): void {
    this.#hasReleased = false
    if (this.#backfill !== undefined) this.#backfill.processOne(span, this.#passOn)
    else this.#passOn(this.#validate(span), false)
  }

  override get waiting(): number {
    return this.#backfill?.size ?? 0
  }

  override release(): void {
    this.#backfill?.release()
  }

  /** Called by the buffer, with spans whose time is over. */
  override send(...[spans, callback]: Parameters<Host['send']>): ReturnType<Host['send']> {
    this.counters.spans += spans.length
    this.#receiver.passWaited(spans)
    callback({ code: 0 })
    return async () => this.#receiver.drained
  }

  override finish(...[span, record, changes]: Parameters<Host['finish']>): ExportableSpan {
    const finished = super.finish(span, record, changes)
    if (finished !== span) copyHiddenFields(span, finished)
    return finished
  }

  readonly #passOn = (span: ExportableSpan, hasWaited: boolean): void => {
    this.counters.spans++
    this.#hasReleased ||= hasWaited
    // A parent comes after its children, also if those are passed on in several bursts.
    if (hasWaited || (this.#hasReleased && this.#receiver.drained !== undefined)) {
      this.#receiver.passWaited([span])
    } else this.#receiver.pass(span)
  }

  #validate(span: ExportableSpan): ExportableSpan {
    logUnheard()
    try {
      const record: SessionRecord | undefined = readRecord(span.spanContext())
      return this.finish(span, record, this.decide(span, record))
    } catch {
      return this.unreadable(span)
    }
  }
}

/**
 * Sentry notes on a span to which transaction and scope it belongs, in fields that no loop over the properties finds.
 * Without them, a transaction loses its user, its tags and its child spans.
 */
function copyHiddenFields(from: object, to: object): void {
  if (!('__SENTRY__' in globalThis)) return
  for (const key of Reflect.ownKeys(from)) {
    const field = Object.getOwnPropertyDescriptor(from, key)
    if (field?.enumerable === false) Object.defineProperty(to, key, field)
  }
}
