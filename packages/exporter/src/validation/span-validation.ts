// Validation: what is exported of a span. `decide.ts` decides from a span's attributes and record alone; `SpanValidation`
// applies that to batches and makes views (`span-view.ts`), never changing the SDK's span. `options.ts` checks the
// options, `stats.ts` has the counters, `backfill-contract.ts` what a buffer of `../backfill/` looks like from here.
// The exporter and the persistent processor call this file; it calls the others, and the functions that backends and
// backfill bring with them.

import { ATTR_METADATA, ATTR_SESSION_ID, checkSessionId } from '@otel-sessions/semconv'
import {
  copyOf,
  isTooLongToRead,
  kindOf,
  logUnheard,
  readRecord,
  reportBareSpan,
  type SessionFlush,
  type SessionRecord,
} from '@otel-sessions/semconv/internal'
import type { AttributeMapper } from '../backends/backend.ts'
import type { ResultCallback } from '../delegate-calls.ts'
import { problems } from '../problems.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { BackfillBuffer, BackfillHost, SpanSender } from './backfill-contract.ts'
import { decide, type SpanChanges, type ValidationRules } from './decide.ts'
import { type ValidationOptions, validationSettingsOf } from './options.ts'
import { changedAttributes, viewOf } from './span-view.ts'
import { increment, newValidationCounters, type ValidationCounters, type ValidationStats } from './stats.ts'

/** How validation is connected to the exporter or the processor that owns it. */
export interface ValidationOwner<S> {
  /** The class that error messages begin with. */
  readonly name: string
  /** What error messages put before the name of an option, such as `session.`. */
  readonly path?: string
  /** Sends the spans that were validated: those of a batch, or those that waited for their trace. */
  readonly send: SpanSender<S>
}

/**
 * Validates the sessions of spans before they are exported: a span leaves with a valid `session.id` or without one. The
 * SDK's spans are never changed; a span with other attributes is replaced by a view.
 *
 * - `decide.ts`: which session a span is exported with, a pure function
 * - `span-view.ts`: the view of a span with other attributes
 * - `options.ts`, `stats.ts`: what can be set and what is counted
 * - `backfill-contract.ts`: what the optional buffer of `backfill/` looks like from here
 *
 * None of its methods throws.
 */
export class SpanValidation<S extends ExportableSpan> implements BackfillHost<S> {
  readonly rules: ValidationRules
  readonly counters: ValidationCounters = newValidationCounters()
  readonly #mapper: AttributeMapper | undefined
  readonly #buffer: BackfillBuffer<S> | undefined
  readonly #send: SpanSender<S>
  /** Whether a `SessionSpanProcessor` is on a provider whose spans come here. */
  #hasRecords = false
  /** Where the batch is to be registered while it is in flight: `BatchSpanProcessor` does not wait for it in a flush. */
  #flushes = new Set<SessionFlush['inFlight']>()

  /**
   * @param options whose names were checked
   * @throws TypeError or RangeError when an option is wrong; the message names it
   */
  constructor(options: ValidationOptions, owner: ValidationOwner<S>) {
    const { name, path = '', send } = owner
    const settings = validationSettingsOf(options, name, path, this.counters.backends)
    this.rules = settings.rules
    this.#mapper = settings.mapper
    this.#send = send
    this.#buffer = settings.createBuffer?.<S>(this, options.backends)
  }

  /**
   * Validates a batch, and sends the spans that can be exported now: the same array if nothing changes; with `backfill`,
   * without the spans that wait, and with those that waited long enough.
   */
  process(spans: S[], callback: ResultCallback): void {
    logUnheard()
    if (!Array.isArray(spans)) this.#send(spans, callback, [])
    else if (this.#buffer !== undefined) this.#buffer.process(spans, callback)
    else {
      let changed: S[] | undefined
      for (let index = 0; index < spans.length; index++) {
        const span = spans[index] as S
        const view = this.#validate(span)
        if (view === span) continue
        changed ??= spans.slice()
        changed[index] = view
      }
      this.send(changed ?? spans, callback)
    }
  }

  /** Sends everything that waits. */
  release(): void {
    logUnheard()
    this.#buffer?.release()
  }

  /** How many spans wait. */
  get waiting(): number {
    return this.#buffer?.size ?? 0
  }

  /** What was validated, changed, dropped and backfilled so far, and what waits now; plain data. */
  stats(): ValidationStats {
    logUnheard()
    return copyOf({ ...this.counters, waiting: this.waiting })
  }

  send(
    spans: S[],
    callback: ResultCallback,
    sendParts?: Parameters<SpanSender<S>>[3],
  ): ReturnType<SpanSender<S>> {
    this.counters.spans += spans.length
    const flushes = this.#flushes
    this.#flushes = new Set()
    return this.#send(spans, callback, flushes, sendParts)
  }

  decide(span: S, record: SessionRecord | undefined): SpanChanges | undefined {
    const { attributes } = span
    const changes = decide(attributes, record, this.rules, span)
    if (record !== undefined) this.#hasRecords = true
    else {
      if (!this.#hasRecords) reportBareSpan()
      if (isTooLongToRead(attributes[ATTR_METADATA])) this.counters.metadataNotRead++
    }
    return changes
  }

  finish(span: S, record: SessionRecord | undefined, changes: SpanChanges | undefined): S {
    const inFlight = record?.settings.flush.inFlight
    if (inFlight !== undefined) this.#flushes.add(inFlight)
    const mapper = this.#mapper
    if (changes === undefined && mapper === undefined) return span
    const { attributes } = span
    const changed = changes && changedAttributes(attributes, changes)
    const exported = mapper?.(changed ?? attributes, record?.kind === 'cleared') ?? changed
    const view = exported === undefined ? span : viewOf(span, exported)
    if (view !== span) this.counters.changed++
    if (changes !== undefined) this.#count(changes, attributes[ATTR_SESSION_ID])
    return view
  }

  unreadable(span: S): S {
    this.counters.unreadable++
    problems.report('span:unreadable', () => 'reading a span throws; counted in stats().unreadable')
    try {
      const { [ATTR_SESSION_ID]: id, ...others } = Object.getOwnPropertyDescriptors(span.attributes)
      if (id === undefined || checkSessionId(id.value, this.rules.rule).ok) return span
      // What throws stays: whoever reads it counts it.
      return viewOf(span, Object.create({}, others))
    } catch {
      return span
    }
  }

  #validate(span: S): S {
    try {
      const record = readRecord(span.spanContext())
      return this.finish(span, record, this.decide(span, record))
    } catch {
      return this.unreadable(span)
    }
  }

  #count({ dropped, overwrittenId, replaced, lost }: SpanChanges, current: unknown): void {
    const { counters } = this
    const keys = Object.keys(lost ?? {}).join(', ')
    if (keys !== '') {
      counters.fieldsRestored++
      problems.report('fields:not-kept', () => {
        return `the SDK dropped or truncated ${keys} (attribute limits); restored, and counted in stats().fieldsRestored`
      })
    }
    if (overwrittenId !== undefined) counters.conflicts++
    if (replaced) counters.replaced++
    if (dropped === undefined) return
    increment(counters.dropped, dropped)
    problems.report(`dropped:${dropped}`, () => {
      const what = current === undefined ? 'a late session ID' : `session.id, ${kindOf(current)},`
      return `${what} is not exported (${dropped}); counted in stats().dropped`
    })
  }
}
