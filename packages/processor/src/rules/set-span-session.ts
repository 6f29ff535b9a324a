import { context, type Span } from '@opentelemetry/api'
import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import {
  isSameValue,
  logUnheard,
  noteOnTrace,
  readRecord,
  type SessionRecord,
  type StampedFields,
  unlessPresent,
  writeRecord,
} from '@otel-sessions/semconv/internal'
import { settingsOf } from '../options.ts'
import { report } from '../report/report.ts'
import { checkSpan } from '../scope/check-provider.ts'
import { checkSession } from '../scope/check-session.ts'
import { readScope, type SessionScope } from '../scope/scope.ts'
import type { CheckedSession, SessionInit } from '../scope/session-init.ts'
import {
  belongsToOneSpan,
  closeRecord,
  isUnassigned,
  parentRecordOf,
  spanRecord,
  withFields,
  withinLimit,
} from './make-record.ts'
import { propagateToAncestors } from './propagate.ts'
import { attributesOf, stampedFieldsOf, stampFields, stampId } from './stamp.ts'

const DEFAULTS = settingsOf({ defaultSession: false })

/**
 * Sets the session of a span, for code that gets the ID midway and has no function to wrap. It counts as if the span
 * had started with it: children that start from now on inherit it, and unassigned spans above take it unless another
 * child has another one.
 *
 * It does not reach what starts inside a `usingSession` that was entered below the span: there the inner scope takes
 * precedence. That is counted, and logged once.
 *
 * An invalid ID clears the session; `SessionSpanExporter` then removes the attribute. On a span that has ended or does
 * not record it only counts. Never throws.
 *
 * @param span the span, from `trace.getActiveSpan()` or `startSpan`; without one, it only counts
 * @param session as for `usingSession`. Its fields are written on the span, and children that start from now on inherit
 *   them, also inside a scope; a `SessionInit` without `sessionId` only sets fields. With the session that the span has
 *   already, its other fields stay; with another one they are removed, also those of a scope around it: name the user again
 * @example setSpanSession(trace.getActiveSpan(), conversation.id)
 */
export function setSpanSession(span: Span | undefined, session: string | SessionInit | null): void {
  logUnheard()
  try {
    if (span === undefined || span === null) {
      report('set-span-session:no-span', () => 'setSpanSession has no effect: there is no active span')
      return
    }
    if (!span.isRecording()) {
      report('set-span-session:not-recording', () => {
        return 'setSpanSession has no effect: the span has ended, or does not record (it is not sampled)'
      })
      return
    }
    const checked = checkSession(session)
    const before = readRecord(span.spanContext())
    if (before === undefined) checkSpan(span)
    const written = writeFields(span, stampedFieldsOf(checked.fields), before)
    if (checked.kind === 'fields') addFields(span, written, before)
    else {
      replaceRecord(span, checked, written, before)
      reportInnerScope(checked.id, before)
    }
  } catch {
    report('set-span-session:unreadable', () => {
      return 'setSpanSession has no effect: reading or writing the span throws'
    })
  }
}

/** Reports that the active scope was entered below the span, so that the span's new session does not reach into it. */
function reportInnerScope(id: string | undefined, before: SessionRecord | undefined): void {
  const scope = readScope(context.active())?.decidingScope
  const around = before?.scope as SessionScope | undefined
  if (scope === undefined || scope === around?.decidingScope || scope.id === id) return
  report('set-span-session:scope-wins', () => {
    return 'setSpanSession sets the session of its span only: a usingSession below it takes precedence for what starts here. Nest another usingSession instead'
  })
}

/** The fields that were written on a span, or removed from it, and what the SDK stored of all. */
interface Written extends Pick<SessionRecord, 'kept'> {
  readonly fields: StampedFields | undefined
}

/** Writes the fields that the span does not have, or has from this package. */
function writeFields(
  span: Span,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): Written {
  const kept = before?.kept && new Map(before.kept)
  if (fields === undefined) return { fields, kept }
  const stamped = new Map<string, unknown>(stampedOn(span, before))
  const others = Object.entries(attributesOf(span)).filter(([key, value]) => stamped.get(key) !== value)
  const written = { fields: unlessPresent(fields, Object.fromEntries(others)), kept }
  stampFields(span as never, written, written.fields)
  return written
}

/** The attributes that the span still has from this package, as the SDK stored them. */
function stampedOn(span: Span, before: SessionRecord | undefined): [key: string, value: unknown][] {
  const attributes = attributesOf(span)
  const { staleAttributes = [], fields = {}, kept = [] } = before ?? {}
  const stamped = [...staleAttributes, ...Object.entries(fields), ...kept]
  return stamped
    .filter(([key, value]) => attributes[key] !== undefined && isSameValue(attributes[key], value))
    .map(([key]) => [key, attributes[key]])
}

/**
 * Puts written fields in place of earlier ones. Those of another session are stale, and so is a field that was removed by
 * `null` or an invalid ID. A processor cannot remove attributes, the exporter does.
 *
 * @param isAnother whether the span gets another session
 */
function changeFields(
  span: Span,
  record: SessionRecord,
  { fields, kept }: Written,
  before: SessionRecord | undefined,
  isAnother: boolean,
): void {
  const gone = stampedOn(span, before).filter(([key]) => isAnother || fields?.[key] === null)
  const stale = [...(isAnother ? [] : (before?.staleAttributes ?? [])), ...gone].filter(
    ([key]) => (fields?.[key] ?? null) === null,
  )
  const earlier = isAnother ? undefined : before?.fields
  record.fields = fields === undefined ? earlier : { ...earlier, ...fields }
  record.kept = kept
  record.staleAttributes = stale.length > 0 ? stale : undefined
  // What was removed comes back from below neither.
  const removed = Object.entries(fields ?? {}).filter(([, value]) => value === null)
  if (removed.length > 0) record.below = { ...record.below, ...Object.fromEntries(removed) }
}

/** Adds fields to the span's record; a shared record is replaced by a copy for this span. */
function addFields(span: Span, written: Written, before: SessionRecord | undefined): void {
  if (written.fields === undefined || before === undefined) return
  const record = belongsToOneSpan(before) ? before : withFields(before, before.fields)
  changeFields(span, record, written, before, false)
  writeRecord(span.spanContext(), record)
  if (record.kind === 'cleared') return
  noteOnTrace(record.trace, undefined, written.fields)
  propagateToAncestors(record.id, written.fields, record.parent ?? parentRecordOf(span))
}

function replaceRecord(
  span: Span,
  checked: CheckedSession,
  written: Written,
  before: SessionRecord | undefined,
): void {
  const settings = before?.settings ?? DEFAULTS
  const id = checked.id === undefined ? undefined : withinLimit(checked.id, settings)
  const parent = before?.parent ?? parentRecordOf(span)
  const unassignedParent = parent !== undefined && isUnassigned(parent) ? parent : undefined
  const scope = before?.scope as SessionScope | undefined
  const isAnother = id === undefined || before === undefined || (before.kind !== 'none' && before.id !== id)
  const record = spanRecord(id, scope, undefined, settings, before?.trace, unassignedParent)
  if (before !== undefined) {
    // What was set below the span stays with it, if that is of this session or of none.
    if (!isAnother && (before.fromChildren === undefined || before.fromChildren === id)) {
      record.below = before.below
    }
    // The trace's first span is still open, under its new record.
    if (before.trace?.root === before) before.trace.root = record
    closeRecord(before)
  }
  changeFields(span, record, written, before, isAnother)
  writeRecord(span.spanContext(), record)
  const { trace, fields } = record
  noteOnTrace(trace, id ?? null, fields)
  if (id === undefined) return
  // A wrapper span may show no attributes. Then how the SDK stored the ID cannot be checked.
  if ('attributes' in span) stampId(span as never, record, id)
  else span.setAttribute(ATTR_SESSION_ID, id)
  propagateToAncestors(id, fields, unassignedParent)
}
