import type { ExportableSpan } from '@otel-sessions/exporter'
import {
  SpanValidation,
  type ValidationOptions,
  type ValidationOwner,
} from '@otel-sessions/exporter/internal'
import { logUnheard, readRecord, type SessionRecord } from '@otel-sessions/semconv/internal'

type Changes = Parameters<SpanValidation<ExportableSpan>['finish']>[2]

/**
 * Validates spans one by one, in front of a processor. Where an exporter gets a view of a span with other attributes, a
 * processor gets a copy whose properties it can write, as some do.
 */
export class FrontValidation extends SpanValidation<ExportableSpan> {
  readonly #hasBackfill: boolean
  /** The span that has just ended, and what is passed on of it, if it need not wait. */
  #ended: ExportableSpan | undefined
  #passedOn: ExportableSpan | undefined

  constructor(options: ValidationOptions, owner: ValidationOwner<ExportableSpan>) {
    super(options, owner)
    this.#hasBackfill = options.backfill !== undefined
  }

  /** Sends what is to be passed on now: the span or its copy, and spans that have waited for it. Never throws. */
  end(span: ExportableSpan): void {
    if (!this.#hasBackfill) {
      logUnheard()
      this.send([this.#validate(span)], ignore)
      return
    }
    // A processor may end other spans within its `onEnd`.
    const before = this.#ended
    this.#ended = span
    try {
      this.process([span], ignore)
    } finally {
      this.#ended = before
      this.#passedOn = undefined
    }
  }

  /** Whether a span is what is passed on of the one that has just ended; if not, it has waited. */
  isJustEnded(span: ExportableSpan): boolean {
    return !this.#hasBackfill || span === this.#passedOn
  }

  override finish(span: ExportableSpan, record: SessionRecord | undefined, changes: Changes): ExportableSpan {
    const passedOn = super.finish(span, record, changes)
    if (passedOn !== span) copySentryFields(span, passedOn)
    if (span === this.#ended) this.#passedOn = passedOn
    return passedOn
  }

  #validate(span: ExportableSpan): ExportableSpan {
    try {
      const record = readRecord(span.spanContext())
      return this.finish(span, record, this.decide(span, record))
    } catch {
      return this.unreadable(span)
    }
  }
}

const ignore = () => {}

/**
 * Sentry keeps on the span itself to which transaction and scope it belongs. Without it, a transaction loses its user,
 * tags and child spans.
 */
function copySentryFields(from: object, to: object): void {
  if (!('__SENTRY__' in globalThis)) return
  for (const name of Object.getOwnPropertyNames(from)) {
    if (!name.startsWith('_sentry')) continue
    Object.defineProperty(to, name, Object.getOwnPropertyDescriptor(from, name) as PropertyDescriptor)
  }
}
