import {
  SESSION_RECORD_VERSION,
  type SessionRecord,
  type SessionRecordSettings,
  type SessionTrace,
  type StampedFields,
} from '@otel-sessions/semconv/internal'
import type { SessionScope } from './scope.ts'

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
