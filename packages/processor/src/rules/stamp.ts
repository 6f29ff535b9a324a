import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_SESSION_LATE,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  METADATA_MAX_LENGTH,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import {
  countOf,
  isSameValue,
  type SessionRecord,
  type StampedFields,
  stampedFrom,
} from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { SessionFields } from '../scope/session-init.ts'

/**
 * The part of a span that the processor uses. It is structural, so that it fits every version of the SDK and every copy
 * of it.
 */
export interface StampableSpan {
  /** The span's context. The processor leaves its record on this object. */
  spanContext(): object
  /** Writes an attribute. */
  setAttribute(key: string, value: never): unknown
  /** The attributes written so far. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that has ended, and can only be read. */
export interface EndedSpan {
  /** The span's context, with the processor's record on it. */
  spanContext(): object
  /** The attributes written until the span ended. */
  readonly attributes: Readonly<Record<string, unknown>>
}

const NO_ATTRIBUTES: ReadableAttributes = {}

/** The attributes of a span; a wrapper span may show none. */
export function attributesOf(span: object): ReadableAttributes {
  return (span as Partial<{ attributes: ReadableAttributes }>).attributes ?? NO_ATTRIBUTES
}

/** Writes the session of a record on its span. */
export function stamp(span: StampableSpan, record: SessionRecord): void {
  const { id, fields } = record
  if (id !== undefined) stampId(span, record, id)
  if (fields !== undefined) stampFields(span, fields)
}

/** Writes fields, and notes values that the SDK stored differently. */
export function stampFields(span: StampableSpan, fields: StampedFields): void {
  const attributes = attributesOf(span)
  for (const [key, value] of fields.entries) {
    if (value === null) continue
    setAttribute(span, key, value)
    const kept = attributes[key]
    if (!isSameValue(kept, value)) noteStoredValue(fields, key, kept)
  }
}

/** The fields are shared by all spans of a scope, of which one may have no room and another a truncated value. */
function noteStoredValue(fields: StampedFields, key: string, kept: unknown): void {
  fields.kept ??= new Map()
  if (kept !== undefined || !fields.kept.has(key)) fields.kept.set(key, kept)
}

/** Writes the ID, and checks how the SDK stored it. */
export function stampId(span: StampableSpan, record: SessionRecord, id: string): void {
  setAttribute(span, ATTR_SESSION_ID, id)
  const kept = span.attributes[ATTR_SESSION_ID]
  if (kept !== id) noteStoredId(kept, record, id)
}

/** Writes an attribute. The declared type of the value differs between versions of the SDK. */
export function setAttribute(span: StampableSpan, key: string, value: unknown): void {
  span.setAttribute(key, value as never)
}

function noteStoredId(value: unknown, record: SessionRecord, id: string): void {
  if (typeof value !== 'string' || value.length >= id.length) {
    report('attribute:not-kept', () => {
      return 'the SDK did not store session.id (attribute count limit); SessionSpanExporter adds it'
    })
    return
  }
  record.stampedAs = value
  report('attribute:truncated', () => {
    return `the SDK truncated session.id to ${value.length} of ${countOf(id.length, 'character')} (attribute length limit), which may merge sessions; SessionSpanExporter restores it`
  })
}

const stampedFields = new WeakMap<SessionFields, { readonly stamped: StampedFields | undefined }>()

/** The attributes of fields, made for the first span that needs them. */
export function stampedFieldsOf(fields: SessionFields | undefined): StampedFields | undefined {
  if (fields === undefined) return undefined
  const made = stampedFields.get(fields)
  if (made !== undefined) return made.stamped
  const stamped = makeStampedFields(fields)
  stampedFields.set(fields, { stamped })
  return stamped
}

function makeStampedFields(fields: SessionFields): StampedFields | undefined {
  const entries: [...StampedFields['entries'][number]][] = []
  if (typeof fields.conversationId === 'string')
    entries.push([ATTR_GEN_AI_CONVERSATION_ID, fields.conversationId])
  if (typeof fields.userId === 'string') entries.push([ATTR_USER_ID, fields.userId])
  const metadata = metadataJson(fields.metadata)
  if (metadata !== undefined) entries.push([ATTR_METADATA, metadata])
  if (fields.tags !== undefined) entries.push([ATTR_TAG_TAGS, fields.tags])
  if (fields.late) entries.push([ATTR_SESSION_LATE, true])
  return entries.length === 0 ? undefined : stampedFrom(entries, fields.metadata)
}

function metadataJson(metadata: SessionFields['metadata']): string | undefined {
  if (metadata === undefined) return undefined
  const json = JSON.stringify(metadata)
  if (json.length <= METADATA_MAX_LENGTH) return json
  report('metadata:too-long', () => {
    return `metadata is left out: with that of outer scopes, its JSON has ${json.length} characters, more than ${METADATA_MAX_LENGTH}`
  })
  return undefined
}

/** Fields that were stamped earlier, with later ones in place of the same attributes. */
export function replaceFields(before: StampedFields | undefined, by: StampedFields): StampedFields {
  if (before === undefined) return by
  const entries = [...new Map([...before.entries, ...by.entries])]
  const both = stampedFrom(entries, by.metadataValue ?? before.metadataValue)
  const replaced = new Set(by.entries.map(([key]) => key))
  const kept = [...(before.kept ?? [])].filter(([key]) => !replaced.has(key)).concat([...(by.kept ?? [])])
  if (kept.length > 0) both.kept = new Map(kept)
  return both
}

/** The fields behind the attributes that were stamped. */
export function fieldsOf({ entries, metadataValue }: StampedFields): SessionFields {
  const value = Object.fromEntries(entries)
  return {
    conversationId: value[ATTR_GEN_AI_CONVERSATION_ID] as string | undefined,
    userId: value[ATTR_USER_ID] as string | null | undefined,
    previousSessionId: undefined,
    metadata: metadataValue as SessionFields['metadata'],
    tags: (value[ATTR_TAG_TAGS] ?? undefined) as readonly string[] | undefined,
    late: value[ATTR_SESSION_LATE] as true | undefined,
  }
}
