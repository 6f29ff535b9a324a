import {
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
  METADATA_MAX_LENGTH,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import {
  isSameValue,
  ownValue,
  type SessionRecord,
  type StampedFields,
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

/** The attributes of a span; a wrapper span may show none. */
export function attributesOf(span: object): ReadableAttributes {
  return (span as Partial<{ attributes: ReadableAttributes }>).attributes ?? {}
}

/** Writes the session of a record on its span. */
export function stamp(span: StampableSpan, record: SessionRecord): void {
  const { id, fields } = record
  if (id !== undefined) stampId(span, record, id)
  if (fields !== undefined) stampFields(span, record, fields)
}

/** Writes fields, and notes values that the SDK stored differently. */
export function stampFields(
  span: StampableSpan,
  record: Pick<SessionRecord, 'kept'>,
  fields: StampedFields,
): void {
  const attributes = attributesOf(span)
  for (const key in fields) {
    const value = ownValue(fields, key)
    if (value == null) continue
    setAttribute(span, key, value)
    const stored = attributes[key]
    if (!isSameValue(stored, value)) noteStoredValue(record, key, stored)
  }
}

/** The record may be shared by spans of which one has no room and another a truncated value. */
function noteStoredValue(record: Pick<SessionRecord, 'kept'>, key: string, stored: unknown): void {
  record.kept ??= new Map()
  if (stored !== undefined || !record.kept.has(key)) record.kept.set(key, stored)
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
  const isTruncated = typeof value === 'string' && value.length < id.length
  if (isTruncated) record.stampedAs = value
  report(isTruncated ? 'attribute:truncated' : 'attribute:not-kept', () => {
    const what = isTruncated
      ? `truncated session.id to ${value.length} of ${id.length} characters (attribute length`
      : 'did not store session.id (attribute count'
    return `the SDK ${what} limit); SessionSpanExporter adds it`
  })
}

const stampedFields = new WeakMap<SessionFields, StampedFields>()

/** What is written of fields, made for the first span that needs it. */
export function stampedFieldsOf(fields: SessionFields | undefined): StampedFields | undefined {
  if (fields === undefined) return undefined
  let stamped = stampedFields.get(fields)
  if (stamped === undefined) {
    stamped = makeStampedFields(fields as Readonly<Record<string, never>>)
    stampedFields.set(fields, stamped)
  }
  return stamped
}

function makeStampedFields(fields: Readonly<Record<string, never>>): StampedFields {
  const stamped: { [key: string]: StampedFields[string] } = {}
  for (const key in fields) {
    const field = ownValue(fields, key)
    if (field === undefined) continue
    const value = key === ATTR_METADATA ? metadataJson(field) : (field as StampedFields[string] | undefined)
    if (value !== undefined && key !== ATTR_SESSION_PREVIOUS_ID) stamped[key] = value
  }
  return stamped
}

function metadataJson(metadata: unknown): string | undefined {
  const json = JSON.stringify(metadata)
  if (json.length <= METADATA_MAX_LENGTH) return json
  reportLongMetadata()
  return undefined
}

/** Reports metadata that is too long together with that of outer scopes, or with what was written later. */
export function reportLongMetadata(): void {
  report('metadata:too-long', () => {
    return 'metadata is left out: merged, its JSON has more than 4096 characters'
  })
}
