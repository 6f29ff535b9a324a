import type { Span } from '@opentelemetry/api'
import {
  newFieldAgreement,
  readRecord,
  type SessionRecord,
  type SessionTrace,
  type StampedFields,
  writeRecord,
} from '@otel-sessions/semconv/internal'
import { checkActiveSpan } from '../scope/check-provider.ts'
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
    if (!record.settings.inferFromChildren) return
    // Ancestors already know that their children disagree.
    if (record.fromChildren === null) return
    const isNewId = id !== undefined && record.fromChildren !== id
    if (isNewId) record.fromChildren = record.fromChildren === undefined ? id : null
    const isNewField = fields !== undefined && record.below?.last !== fields && noteBelow(record, fields)
    if (!isNewId && !isNewField) return
  }
}

function noteBelow(record: SessionRecord, fields: StampedFields): boolean {
  record.below ??= newFieldAgreement()
  return record.below.note(fields)
}

/** Notes that a local trace contains a session. */
export function noteTraceSession(id: string, trace: SessionTrace | undefined): void {
  if (trace === undefined || trace.sessionId === id) return
  if (trace.sessionId === undefined) trace.sessionId = id
  else trace.several = true
}

/** Notes the fields that were set in a local trace. */
export function noteTraceFields(fields: StampedFields | undefined, trace: SessionTrace | undefined): void {
  if (trace === undefined || fields === undefined || trace.fields?.last === fields) return
  trace.fields ??= newFieldAgreement()
  trace.fields.note(fields)
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
      checkActiveSpan(span)
      return
    }
    const { trace } = record
    const { id, decidingScope } = scope
    if (decidingScope !== undefined && id === undefined) {
      if (decides && trace !== undefined) trace.several = true
      return
    }
    const { maxLength } = record.settings.rule
    // The processor will reject it.
    if (id !== undefined && maxLength !== undefined && id.length > maxLength) return
    const fields = stampedFieldsOf(decides ? scope.fields : own)
    if (decides) noteTraceSession(id as string, trace)
    noteTraceFields(fields, trace)
    if (isUnassigned(record)) {
      // Fields of a session that was not propagated belong to that session.
      const isKnown = decides || id === undefined || record.fromChildren === id
      if (isKnown) propagateToAncestors(decides ? id : undefined, fields, record)
    } else if (fields !== undefined && isSessionInside(scope, record)) addFromBelow(span, record, fields)
  } catch {
    // A span of another library that throws has no record.
  }
}

/** Whether spans inside a scope have the session of the span under which the scope is entered. */
function isSessionInside(scope: SessionScope, { kind, id, from, scope: around }: SessionRecord): boolean {
  if (kind === 'cleared' || id === undefined) return false
  const { decidingScope } = scope
  const isDecidedBySpan =
    decidingScope === undefined ||
    (from === 'span' && (around as SessionScope | undefined)?.decidingScope === decidingScope)
  return isDecidedBySpan || scope.id === id
}

/** Notes fields on a span that has a session, for its end; a shared record is replaced by a copy for this span. */
function addFromBelow(span: Span, record: SessionRecord, fields: StampedFields): void {
  if (!span.isRecording()) return
  propagateToAncestors(record.id, fields, record.parent ?? parentRecordOf(span))
  const keys = record.fields?.entries.map(([key]) => key) ?? []
  if (fields.entries.every(([key]) => keys.includes(key))) return
  let own = record
  if (!belongsToOneSpan(record) && record.below === undefined) {
    own = withFields(record, record.fields)
    writeRecord(span.spanContext(), own)
  }
  noteBelow(own, fields)
}
