import { context, type Span } from '@opentelemetry/api'
import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import {
  isSameValue,
  readRecord,
  type SessionRecord,
  type StampedFields,
} from '@otel-sessions/semconv/internal'
import { settingsOf } from '../options.ts'
import { report } from '../report/report.ts'
import { checkSession } from '../scope/check-session.ts'
import { readScope, type SessionScope } from '../scope/scope.ts'
import type { SessionInit } from '../scope/session-init.ts'
import {
  attachRecord,
  belongsToOneSpan,
  closeRecord,
  isUnassigned,
  spanRecord,
  withFields,
  withinLimit,
} from './make-record.ts'
import { noteTraceSession, propagateToAncestors } from './propagate.ts'
import { attributesOf, replaceFields, stampedFieldsOf, stampFields, stampId, unlessPresent } from './stamp.ts'

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
 * @param session as for `usingSession`. Its fields are written on the span, and children inherit them with the ID; a
 *   `SessionInit` without `sessionId` only writes fields
 * @example setSpanSession(trace.getActiveSpan(), conversation.id)
 */
export function setSpanSession(span: Span | undefined, session: string | SessionInit | null): void {
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
    const fields = writeFields(span, stampedFieldsOf(checked.fields), before)
    if (checked.kind === 'fields') addFields(span, fields, before)
    else {
      replaceRecord(span, checked.id, fields, before)
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
  if (scope === undefined || scope === before?.scope || scope.id === id) return
  report('set-span-session:scope-wins', () => {
    return 'setSpanSession sets the session of its span only: a usingSession below it takes precedence for what starts here. Nest another usingSession instead'
  })
}

/** Writes the fields that the span does not have, or has from this package; returns those. */
function writeFields(
  span: Span,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): StampedFields | undefined {
  if (fields === undefined) return undefined
  const stamped = new Map<string, unknown>(stampedOn(span, before))
  const others = Object.entries(attributesOf(span)).filter(([key, value]) => stamped.get(key) !== value)
  const written = unlessPresent(fields, Object.fromEntries(others))
  stampFields(span as never, written)
  return written
}

/** The attributes that the span still has from this package, as the SDK stored them. */
function stampedOn(span: Span, before: SessionRecord | undefined): [key: string, value: unknown][] {
  const attributes = attributesOf(span)
  const { entries = [], kept } = before?.fields ?? {}
  const stamped = [...(before?.staleAttributes ?? []), ...entries, ...(kept ?? [])]
  return stamped
    .filter(([key, value]) => attributes[key] !== undefined && isSameValue(attributes[key], value))
    .map(([key]) => [key, attributes[key]])
}

/** Adds fields to the span's record; a shared record is replaced by a copy for this span. */
function addFields(span: Span, fields: StampedFields | undefined, before: SessionRecord | undefined): void {
  if (fields === undefined || before === undefined) return
  const both = replaceFields(before.fields, fields)
  if (belongsToOneSpan(before)) before.fields = both
  else attachRecord(span.spanContext(), withFields(before, both))
}

function replaceRecord(
  span: Span,
  checkedId: string | undefined,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): void {
  const settings = before?.settings ?? DEFAULTS
  const id = checkedId === undefined ? undefined : withinLimit(checkedId, settings)
  const parent = before?.parent ?? parentRecordOf(span)
  const unassignedParent = parent !== undefined && isUnassigned(parent) ? parent : undefined
  const scope = before?.scope as SessionScope | undefined
  const record = spanRecord(id, scope, fields, settings, before?.trace, unassignedParent)
  record.staleAttributes = staleAfter(span, id, fields, before)
  if (before !== undefined) {
    // The trace's first span is still open, under its new record.
    if (before.trace?.root === before) before.trace.root = record
    closeRecord(before)
  }
  attachRecord(span.spanContext(), record)
  if (id === undefined) return
  // A wrapper span may show no attributes. Then how the SDK stored the ID cannot be checked.
  if ('attributes' in span) stampId(span as never, record, id)
  else span.setAttribute(ATTR_SESSION_ID, id)
  noteTraceSession(id, record.trace)
  propagateToAncestors(id, unassignedParent)
}

/** The attributes of the earlier session that are left on the span. A processor cannot remove them, the exporter does. */
function staleAfter(
  span: Span,
  id: string | undefined,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): SessionRecord['staleAttributes'] {
  if (before === undefined || (id !== undefined && id === before.id)) return before?.staleAttributes
  const replaced = new Set(fields?.entries.map(([key]) => key))
  const stale = stampedOn(span, before).filter(([key]) => !replaced.has(key))
  return stale.length > 0 ? stale : undefined
}

/** The parent's record. A record with a session keeps no link to its parent; the SDK's spans do (from 2.0). */
function parentRecordOf(span: Span): SessionRecord | undefined {
  const { parentSpanContext } = span as Partial<{ parentSpanContext: object }>
  return parentSpanContext === undefined ? undefined : readRecord(parentSpanContext)
}
