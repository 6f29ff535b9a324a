import type { Span } from '@opentelemetry/api'
import {
  agree,
  noteOnTrace,
  readRecord,
  type SessionRecord,
  type StampedFields,
  writeRecord,
} from '@otel-sessions/semconv/internal'
import { checkSpan } from '../scope/check-provider.ts'
import type { SessionScope } from '../scope/scope.ts'
import type { SessionFields } from '../scope/session-init.ts'
import { belongsToOneSpan, isUnassigned, parentRecordOf, withFields } from './make-record.ts'
import { stampedFieldsOf } from './stamp.ts'

/**
 * Propagates a session and its fields to an unassigned span and to the unassigned spans above it. A second, different
 * session makes them disagree, and the disagreement is propagated as well: the root of a batch over several sessions
 * gets none.
 *
 * @param id undefined if only fields were set, without a session
 */
export function propagateToAncestors(
  id: string | undefined,
  fields: StampedFields | undefined,
  to: SessionRecord | undefined,
): void {
  for (let record = to; record !== undefined && isUnassigned(record); record = record.parent) {
    const { fromChildren, below } = record
    // Ancestors already know that their children disagree.
    if (!record.settings.inferFromChildren || fromChildren === null) return
    if (id !== undefined && id !== fromChildren) record.fromChildren = fromChildren === undefined ? id : null
    record.below = agree(below, fields)
    if (record.fromChildren === fromChildren && record.below === below) return
  }
}

/**
 * Propagates what a scope sets to the active span under which it is entered: the session, if the span is unassigned; the
 * fields, if it is, or has the same session.
 */
export function propagateScope(scope: SessionScope, own: SessionFields | undefined, span: Span): void {
  const decides = scope.decidingScope === scope
  if (!decides && own === undefined) return
  try {
    const record = readRecord(span.spanContext())
    if (record === undefined) {
      checkSpan(span)
      return
    }
    const { trace, settings } = record
    const { id, decidingScope } = scope
    if (decidingScope !== undefined && id === undefined) {
      if (decides) noteOnTrace(trace, null)
      return
    }
    // The processor will reject it.
    if (id !== undefined && id.length > (settings.rule.maxLength ?? id.length)) return
    const fields = stampedFieldsOf(decides ? scope.fields : own)
    const ownId = decides ? id : undefined
    noteOnTrace(trace, ownId, fields)
    if (trace !== undefined && decides) trace.hasScope = true
    if (isUnassigned(record)) {
      // Fields of a session that was not propagated belong to that session.
      const isKnown = decides || id === undefined || record.fromChildren === id
      if (isKnown) propagateToAncestors(ownId, fields, record)
    } else if (fields !== undefined && isSessionInside(scope, record)) addFromBelow(span, record, fields)
  } catch {
    // A span of another library that throws has no record.
  }
}

/** Whether spans inside a scope have the session of the span under which the scope is entered. */
function isSessionInside(
  { id, decidingScope }: SessionScope,
  { id: outside, from, scope: around }: SessionRecord,
): boolean {
  if (outside === undefined) return false
  if (decidingScope === undefined || outside === id) return true
  // The session was set on the span, inside the scope that would decide: it takes precedence.
  return from === 'span' && (around as SessionScope | undefined)?.decidingScope === decidingScope
}

/** Notes fields on a span that has a session, for its end; a shared record is replaced by a copy for this span. */
function addFromBelow(span: Span, record: SessionRecord, fields: StampedFields): void {
  if (!span.isRecording()) return
  propagateToAncestors(record.id, fields, record.parent ?? parentRecordOf(span))
  if (Object.keys(fields).every((key) => (record.fields?.[key] ?? null) !== null)) return
  let own = record
  if (!belongsToOneSpan(record) && record.below === undefined) {
    own = withFields(record, record.fields)
    writeRecord(span.spanContext(), own)
  }
  own.below = agree(own.below, fields)
}
