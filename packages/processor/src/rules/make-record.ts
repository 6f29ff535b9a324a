import { type ReadableAttributes, SESSION_ID_MAX_LENGTH } from '@otel-sessions/semconv'
import {
  type AliasMatch,
  ownValue,
  readRecord,
  SESSION_RECORD_VERSION,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
  unlessPresent,
} from '@otel-sessions/semconv/internal'
import { ID_REJECTED, reportInvalidId } from '../report/report.ts'
import type { SessionScope } from '../scope/scope.ts'
import { stampedFieldsOf } from './stamp.ts'

function kindOf(from: SessionRecord['from'], id: string | undefined): SessionRecord['kind'] {
  if (from === undefined) return id === undefined ? 'none' : 'inferred'
  return id === undefined ? 'cleared' : 'explicit'
}

/** Makes a record. As a literal, all records have one shape, and their fields cost nothing each. */
function newRecord(
  from: SessionRecord['from'],
  id: string | undefined,
  scope: SessionScope | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
  trace: SessionTrace | undefined,
  own = false,
  parent?: SessionRecord,
  aliasRank?: number,
  rejectedId?: unknown,
): SessionRecord {
  return {
    version: SESSION_RECORD_VERSION,
    kind: kindOf(from, id),
    id,
    aliasRank,
    from,
    own,
    scope,
    rejectedId,
    fields,
    kept: undefined,
    staleAttributes: undefined,
    reassign: undefined,
    otherFields: undefined,
    settings,
    trace,
    stampedAs: undefined,
    endedAfter: undefined,
    parent,
    fromChildren: undefined,
    below: undefined,
    resolution: undefined,
    resolvedId: undefined,
  }
}

/** The record that all spans of a scope share. It is made anew only for another trace or another processor. */
export function scopeRecord(
  scope: SessionScope,
  settings: SessionRecordSettings,
  trace: SessionTrace | undefined,
): SessionRecord {
  const { shared } = scope
  if (shared !== undefined && shared.settings === settings && shared.trace === trace) return shared
  const id = scope.id === undefined ? undefined : withinLimit(scope.id, settings)
  scope.shared = newRecord('scope', id, scope, stampedFieldsOf(scope.fields), settings, trace)
  return scope.shared
}

/**
 * The ID, unless it exceeds the processor's `maxLength`. `usingSession` knows no processor, so the limit is applied
 * where a processor makes its records.
 */
export function withinLimit(id: string, settings: SessionRecordSettings): string | undefined {
  const { maxLength = SESSION_ID_MAX_LENGTH } = settings.rule
  if (id.length <= maxLength) return id
  reportInvalidId('session-id', ID_REJECTED, id, 'too-long', maxLength)
  return undefined
}

/** The record of a span whose session its own start attribute or `setSpanSession` set, or cleared. */
export function spanRecord(
  id: string | undefined,
  scope: SessionScope | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
  trace: SessionTrace | undefined,
  parent: SessionRecord | undefined,
): SessionRecord {
  const isSet = id !== undefined
  return newRecord('span', id, scope, fields, settings, trace, isSet, isSet ? parent : undefined)
}

/**
 * The record of a child that inherits an explicit or cleared session. Parent and child share it, unless the parent's
 * applies to that span alone, or the child has another processor, another scope or other fields.
 */
export function childRecordOf(
  record: SessionRecord,
  id: string | undefined,
  scope: SessionScope | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
): SessionRecord {
  const { from, trace, rejectedId } = record
  // Stale attributes and fields from below are on that one span, and only it may be reassigned; and a trace is over when
  // the record of its first span is closed.
  const isOfOneSpan =
    record.own ||
    (record.reassign ?? record.staleAttributes ?? record.below) !== undefined ||
    trace?.root === record
  const hasSameScope = from === 'scope' || record.scope === scope
  const isSame = hasSameScope && record.fields === fields && record.settings === settings
  if (!isOfOneSpan && isSame) return record
  return newRecord(from, id, scope, fields, settings, trace, false, undefined, undefined, rejectedId)
}

/** The record of a span without an explicit session: an inferred one, or none. */
export function inferredRecord(
  inferred: AliasMatch | undefined,
  scope: SessionScope | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
  trace: SessionTrace,
  parent: SessionRecord | undefined,
): SessionRecord {
  return newRecord(undefined, inferred?.id, scope, fields, settings, trace, false, parent, inferred?.rank)
}

/** A copy with other fields, for one span, of a record that is new or shared: nothing is known yet of the span's end. */
export const withFields = (record: SessionRecord, fields: StampedFields | undefined): SessionRecord => ({
  ...record,
  fields,
  kept: record.kept && new Map(record.kept),
})

/** The record for a span that has some of its fields already: without those, because they are the span's own. */
export function withoutFieldsOf(record: SessionRecord, attributes: ReadableAttributes): SessionRecord {
  const { fields } = record
  return fields !== undefined && hasFieldOf(record, attributes)
    ? withFields(record, unlessPresent(fields, attributes))
    : record
}

/** Whether a span has one of the attributes that its record would stamp beside the ID. */
export function hasFieldOf({ fields }: SessionRecord, attributes: ReadableAttributes): boolean {
  for (const key in fields) if (ownValue(attributes, key) !== undefined) return true
  return false
}

/** The parent's record. A record with a session keeps no link to its parent; the SDK's spans do (from 2.0). */
export function parentRecordOf(span: object): SessionRecord | undefined {
  const { parentSpanContext } = span as Partial<{ parentSpanContext: object }>
  return parentSpanContext === undefined ? undefined : readRecord(parentSpanContext)
}

/** Counts a span without an explicit session as open in its local trace. */
export function openRecord(record: SessionRecord): void {
  const { trace } = record
  if (trace === undefined || isDecided(record)) return
  trace.open++
  if (trace.root === null) trace.root = record
}

/** Closes the record of a span that has ended: it takes no session any more, and retains no other record. */
export function closeRecord(record: SessionRecord): void {
  const { trace } = record
  if (trace !== undefined && trace.root === record) trace.root = undefined
  if (!belongsToOneSpan(record) || !isOpen(record)) return
  record.endedAfter = record.settings.flush.count
  record.parent = undefined
  if (trace !== undefined && !isDecided(record)) trace.open--
}

/** Whether the application set or cleared the session of a span. */
export const isDecided = (record: SessionRecord): boolean => record.from !== undefined

/** Whether the span of a record is open. Meaningless for shared records. */
export const isOpen = (record: SessionRecord): boolean => record.endedAfter === undefined

/** Whether a span can take its session from its children: it is open, and had none at its start. */
export const isUnassigned = (record: SessionRecord): boolean => record.kind === 'none' && isOpen(record)

/** Whether a record belongs to one span, so that it changes when the span ends. */
export const belongsToOneSpan = (record: SessionRecord): boolean => record.own || !isDecided(record)
