import type { Span } from '@opentelemetry/api'
import { ATTR_SESSION_ID, readRecord, type SessionRecord } from '@otel-sessions/semconv'
import { stampedOf } from './fields.ts'
import { closeRecord } from './finish.ts'
import { offerSession, showSession } from './offer.ts'
import { settingsOf } from './options.ts'
import { isBare, leaveRecord, spanRecord } from './records.ts'
import { report } from './report.ts'
import type { SessionScope } from './scope.ts'
import { type CheckedSession, checkSession, type SessionInit } from './session-init.ts'
import { setAttribute, stampId } from './stamp.ts'

const DEFAULTS = settingsOf()

/**
 * Says that a span belongs to a session, where the ID is learned midway and there is no function to wrap. It
 * counts as if the span had been started with it: children that start from now on inherit it, and the bare
 * spans above take it if nothing below them names another.
 *
 * Does nothing but count on a span that has ended or does not record. What is no valid session states that
 * there is none: the exporter's gate removes the attribute. Never throws.
 *
 * @param span the span, from `trace.getActiveSpan()` or `startSpan`
 * @param session as for `usingSession`. Its fields are written on the span and inherited with the ID; an
 *   object without `sessionId` only writes its fields
 * @example const span = trace.getActiveSpan(); if (span) setSpanSession(span, conversation.id)
 */
export function setSpanSession(span: Span, session: string | SessionInit | null): void {
  try {
    if (!span.isRecording()) {
      report('set-span-session:not-recording', () => {
        return 'setSpanSession has no effect: the span has ended, or does not record (it is not sampled)'
      })
      return
    }
    const checked = checkSession(session)
    const before = readRecord(span.spanContext())
    if (checked.states === 'nothing') writeFields(span, checked)
    else replaceRecord(span, checked, before)
  } catch {
    report(
      'set-span-session:unreadable',
      () => 'setSpanSession has no effect: reading or writing the span throws',
    )
  }
}

function writeFields(span: Span, { fields }: CheckedSession): void {
  for (const [key, value] of stampedOf(fields)?.entries ?? []) setAttribute(span as never, key, value)
}

function replaceRecord(span: Span, checked: CheckedSession, before: SessionRecord | undefined): void {
  const bareParent = before?.parent !== undefined && isBare(before.parent) ? before.parent : undefined
  const record = spanRecord(
    checked.id,
    before?.scope as SessionScope | undefined,
    stampedOf(checked.fields),
    before?.settings ?? DEFAULTS,
    before?.trace,
    bareParent,
  )
  if (before !== undefined) closeRecord(before)
  leaveRecord(span.spanContext(), record)
  writeFields(span, checked)
  if (checked.id === undefined) return
  // A wrapper span may show no attributes; then nothing can be looked up after the write.
  if ('attributes' in span) stampId(span as never, record, checked.id)
  else span.setAttribute(ATTR_SESSION_ID, checked.id)
  showSession(checked.id, record.trace)
  offerSession(checked.id, bareParent)
}
