import { type ReadableAttributes, SESSION_ID_MAX_LENGTH } from '@otel-sessions/semconv'
import {
  ownValue,
  SESSION_RECORD,
  SESSION_RECORD_VERSION,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
} from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { SessionScope } from '../scope/scope.ts'
import { stampedFieldsOf, unlessPresent } from './stamp.ts'

/** How Node shows an object, where it is asked for by the object's own word. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * The record on a span context. Nothing of it is an own property, because `ConsoleSpanExporter` prints what is,
 * thirty lines for every span; and making the record itself invisible would cost 300 ns.
 */
export class Record implements SessionRecord {
  accessor kind: SessionRecord['kind']
  accessor id: string | undefined
  accessor from: SessionRecord['from']
  accessor own: boolean
  accessor scope: SessionScope | undefined
  accessor rejectedId: unknown = undefined
  accessor fields: StampedFields | undefined
  accessor staleAttributes: SessionRecord['staleAttributes'] = undefined
  accessor settings: SessionRecordSettings
  accessor childRecord: SessionRecord | undefined = undefined
  accessor trace: SessionTrace | undefined
  accessor stampedAs: string | undefined = undefined
  accessor open = true
  accessor endedAfter: number | undefined = undefined
  accessor parent: SessionRecord | undefined
  accessor fromChildren: string | null | undefined = undefined
  accessor resolution: SessionRecord['resolution'] = undefined
  accessor resolvedId: string | undefined = undefined

  constructor(
    kind: SessionRecord['kind'],
    id: string | undefined,
    from: SessionRecord['from'],
    own: boolean,
    scope: SessionScope | undefined,
    fields: StampedFields | undefined,
    settings: SessionRecordSettings,
    trace: SessionTrace | undefined,
    parent: SessionRecord | undefined,
  ) {
    this.kind = kind
    this.id = id
    this.from = from
    this.own = own
    this.scope = scope
    this.fields = fields
    this.settings = settings
    this.trace = trace
    this.parent = parent
  }

  get version(): typeof SESSION_RECORD_VERSION {
    return SESSION_RECORD_VERSION
  }

  [INSPECT](): string {
    return this.id === undefined ? `[${this.kind}]` : `[${this.kind} ${this.id}]`
  }
}

/** The same record with other fields, for one span. */
export function withFields(record: SessionRecord, fields: StampedFields | undefined): SessionRecord {
  const { kind, id, from, own, scope, settings, trace, parent } = record
  const copy = new Record(kind, id, from, own, scope as SessionScope, fields, settings, trace, parent)
  copy.rejectedId = record.rejectedId
  copy.staleAttributes = record.staleAttributes
  copy.stampedAs = record.stampedAs
  copy.open = record.open
  copy.endedAfter = record.endedAfter
  copy.fromChildren = record.fromChildren
  copy.resolution = record.resolution
  copy.resolvedId = record.resolvedId
  return copy
}

/** Leaves a record on a span. A span context that cannot be written to keeps none; the attributes are stamped. */
export function attachRecord(spanContext: object, record: SessionRecord): void {
  ;(spanContext as { [SESSION_RECORD]?: SessionRecord })[SESSION_RECORD] = record
}

/** The record that all spans of a scope share; another one only for another trace or another processor. */
export function scopeRecord(
  scope: SessionScope,
  settings: SessionRecordSettings,
  trace: SessionTrace | undefined,
): SessionRecord {
  const { shared } = scope
  if (shared !== undefined && shared.settings === settings && shared.trace === trace) return shared
  const id = scope.id === undefined ? undefined : withinLimit(scope.id, settings)
  const kind = id === undefined ? 'cleared' : 'explicit'
  const fields = stampedFieldsOf(scope.fields)
  const record = new Record(kind, id, 'scope', false, scope.decidingScope, fields, settings, trace, undefined)
  scope.shared = record
  return record
}

/**
 * The ID, if the processor's limit lets it pass. The helpers know no processor's options, so a shorter limit
 * of its own is applied where its records are made.
 */
export function withinLimit(id: string, settings: SessionRecordSettings): string | undefined {
  const { maxLength = SESSION_ID_MAX_LENGTH } = settings.rule
  if (id.length <= maxLength) return id
  report('session-id:too-long', () => {
    return `a session ID is refused, so there is no session: too-long. It has ${id.length} characters; this processor's maxLength is ${maxLength}`
  })
  return undefined
}

/** The same record for a span that had some of its fields already: those are not ours, to merge with or to pass over. */
export function withoutFieldsOf(record: SessionRecord, attributes: ReadableAttributes): SessionRecord {
  const { fields } = record
  return fields !== undefined && hasFieldOf(record, attributes)
    ? withFields(record, unlessPresent(fields, attributes))
    : record
}

/** Whether a span has one of the attributes that its record would stamp beside the ID. */
export function hasFieldOf({ fields }: SessionRecord, attributes: ReadableAttributes): boolean {
  return fields?.entries.some(([key]) => ownValue(attributes, key) !== undefined) === true
}

/** The statement, or the absence, that a span's own attribute or `setSpanSession` makes. */
export function spanRecord(
  id: string | undefined,
  scope: SessionScope | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
  trace: SessionTrace | undefined,
  parent: SessionRecord | undefined,
): SessionRecord {
  return id === undefined
    ? new Record('cleared', id, 'span', false, scope, fields, settings, trace, undefined)
    : new Record('explicit', id, 'span', true, scope, fields, settings, trace, parent)
}

/**
 * What a child inherits from its parent's statement or absence: the same one, not the child's own to change.
 * Made again only where the child is another processor's, or started in another scope than its parent did.
 */
export function childRecordOf(
  record: SessionRecord,
  id: string | undefined,
  scope: SessionScope | undefined,
  settings: SessionRecordSettings,
): SessionRecord {
  const sameScope = record.from === 'scope' || record.scope === scope
  // What was revoked was on that one span, and the end of the span that began the trace is told by its record.
  const isItsAlone = record.own || record.staleAttributes !== undefined || record.trace?.root === record
  const isSame = !isItsAlone && sameScope && record.settings === settings
  if (isSame) return record
  const { kind, from, fields, trace } = record
  const made = record.childRecord
  if (
    made !== undefined &&
    made.id === id &&
    made.scope === scope &&
    made.settings === settings &&
    made.fields === fields
  ) {
    return made
  }
  const heir = new Record(kind, id, from, false, scope, fields, settings, trace, undefined)
  heir.rejectedId = record.rejectedId
  // Not in a WeakMap: its table stays as large as the most entries between two collections.
  record.childRecord = heir
  return heir
}

/** The record of a span without a statement: its hint, if there is one. */
export function inferredRecord(
  id: string | undefined,
  fields: StampedFields | undefined,
  settings: SessionRecordSettings,
  trace: SessionTrace,
  parent: SessionRecord | undefined,
): SessionRecord {
  const kind = id === undefined ? 'none' : 'inferred'
  return new Record(kind, id, undefined, false, undefined, fields, settings, trace, parent)
}

/** The span has a statement; absence is one. */
export const hasExplicitOrCleared = (record: SessionRecord): boolean =>
  record.kind === 'explicit' || record.kind === 'cleared'

/** A span may learn its session from its children: it is open, and nothing named one at its start. */
export const isUnassigned = (record: SessionRecord): boolean => record.kind === 'none' && record.open

/** The record belongs to one span, so it must be told of the span's end. */
export const belongsToOneSpan = (record: SessionRecord): boolean =>
  record.own || !hasExplicitOrCleared(record)
