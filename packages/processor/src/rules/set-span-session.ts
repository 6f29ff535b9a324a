import { context, type Span } from '@opentelemetry/api'
import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { readRecord, type SessionRecord, type StampedFields } from '@otel-sessions/semconv/internal'
import { settingsOf } from '../options.ts'
import { report } from '../report/report.ts'
import { checkSession } from '../scope/check-session.ts'
import { readScope, type SessionScope } from '../scope/scope.ts'
import type { SessionInit } from '../scope/session-init.ts'
import { closeRecord } from './end-rules.ts'
import { noteTraceSession, propagateToAncestors } from './propagate.ts'
import {
  attachRecord,
  belongsToOneSpan,
  isUnassigned,
  spanRecord,
  withFields,
  withinLimit,
} from './record.ts'
import { attributesOf, replaceFields, stampedFieldsOf, stampFields, stampId, unlessPresent } from './stamp.ts'

const DEFAULTS = settingsOf({ defaultSession: false })

/**
 * Says that a span belongs to a session, where the ID is learned midway and there is no function to wrap. It
 * counts as if the span had been started with it: children that start from now on inherit it, and the bare
 * spans above take it if nothing below them names another.
 *
 * It names the span and what is below it, but not what starts inside a `usingSession` that was entered below the
 * span: there the scope is the inner word. That is counted, and said once.
 *
 * Does nothing but count on a span that has ended or does not record. What is no valid session states that
 * there is none: the exporter's gate removes the attribute. Never throws.
 *
 * @param span the span, from `trace.getActiveSpan()` or `startSpan`; without one, it only counts
 * @param session as for `usingSession`. Its fields are written on the span and inherited with the ID; an
 *   object without `sessionId` only writes its fields
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
    if (checked.kind === 'nothing') addFields(span, fields, before)
    else {
      replaceRecord(span, checked.id, fields, before)
      reportScopeWins(checked.id, before)
    }
  } catch {
    report(
      'set-span-session:unreadable',
      () => 'setSpanSession has no effect: reading or writing the span throws',
    )
  }
}

/** A scope that was entered below the span states what starts in it, so the span's new session does not reach that. */
function reportScopeWins(id: string | undefined, before: SessionRecord | undefined): void {
  const stating = readScope(context.active())?.decidingScope
  if (stating === undefined || stating === before?.scope || stating.id === id) return
  report('set-span-session:scope-wins', () => {
    return 'setSpanSession names its span only: a session, or that there is none, was stated by a usingSession below it, and holds for what starts here. For that, nest another usingSession'
  })
}

/** Writes the fields that the span does not have, or has from us; gives those back. */
function writeFields(
  span: Span,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): StampedFields | undefined {
  if (fields === undefined) return undefined
  const ours = new Map<string, unknown>(stampedOn(span, before))
  const others = Object.entries(attributesOf(span)).filter(([key, value]) => ours.get(key) !== value)
  const written = unlessPresent(fields, Object.fromEntries(others))
  stampFields(span as never, written)
  return written
}

/** What the span still has from us, as the SDK keeps it. */
function stampedOn(span: Span, before: SessionRecord | undefined): [key: string, value: unknown][] {
  const attributes = attributesOf(span)
  const { entries = [], kept } = before?.fields ?? {}
  const ours = [...(before?.staleAttributes ?? []), ...entries, ...(kept ?? [])]
  return ours.filter(([key, value]) => isSame(attributes[key], value)).map(([key]) => [key, attributes[key]])
}

/** The SDK makes new arrays where it truncates. */
function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other
  return one.length === other.length && one.every((item, index) => item === other[index])
}

/** The record knows what is ours; one that is shared is replaced by a copy for this span. */
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
  const bareParent = parent !== undefined && isUnassigned(parent) ? parent : undefined
  const scope = before?.scope as SessionScope | undefined
  const record = spanRecord(id, scope, fields, settings, before?.trace, bareParent)
  record.staleAttributes = staleAfter(span, id, fields, before)
  if (before !== undefined) {
    // The span goes on, and with it the wait for what it began.
    if (before.trace?.root === before) before.trace.root = record
    closeRecord(before)
  }
  attachRecord(span.spanContext(), record)
  if (id === undefined) return
  // A wrapper span may show no attributes; then nothing can be looked up after the write.
  if ('attributes' in span) stampId(span as never, record, id)
  else span.setAttribute(ATTR_SESSION_ID, id)
  noteTraceSession(id, record.trace)
  propagateToAncestors(id, bareParent)
}

/** The fields of another session, or of nobody's: a processor cannot take them off the span, the gate can. */
function staleAfter(
  span: Span,
  id: string | undefined,
  fields: StampedFields | undefined,
  before: SessionRecord | undefined,
): SessionRecord['staleAttributes'] {
  if (before === undefined || (id !== undefined && id === before.id)) return before?.staleAttributes
  const replaced = new Set(fields?.entries.map(([key]) => key))
  const revoked = stampedOn(span, before).filter(([key]) => !replaced.has(key))
  return revoked.length > 0 ? revoked : undefined
}

/** A span that had a session keeps no link to its parent; the SDK's spans do (from 2.0). */
function parentRecordOf(span: Span): SessionRecord | undefined {
  const { parentSpanContext } = span as Partial<{ parentSpanContext: object }>
  return parentSpanContext === undefined ? undefined : readRecord(parentSpanContext)
}
