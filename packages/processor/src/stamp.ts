import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import type { SessionRecord, StampedFields } from '@otel-sessions/semconv/internal'
import { report } from './report.ts'
import { attributesOf, type StampableSpan } from './span-types.ts'

/** Writes what a record says on its span. */
export function stamp(span: StampableSpan, record: SessionRecord): void {
  const { id, fields } = record
  if (id !== undefined) stampId(span, record, id)
  if (fields !== undefined) stampFields(span, fields)
}

/** Writes fields, and notes what the SDK made of them. */
export function stampFields(span: StampableSpan, fields: StampedFields): void {
  const attributes = attributesOf(span)
  for (const [key, value] of fields.entries) {
    setAttribute(span, key, value)
    const kept = attributes[key]
    if (kept === value || kept === undefined) continue
    fields.kept ??= new Map()
    fields.kept.set(key, kept)
  }
}

/** Writes the ID, and looks what the SDK made of it. */
export function stampId(span: StampableSpan, record: SessionRecord, id: string): void {
  setAttribute(span, ATTR_SESSION_ID, id)
  const kept = span.attributes[ATTR_SESSION_ID]
  if (kept !== id) noteUnlike(kept, record, id)
}

/** One place for what the structural type cannot say: the value's type differs between the lines of the SDK. */
export function setAttribute(span: StampableSpan, key: string, value: unknown): void {
  span.setAttribute(key, value as never)
}

function noteUnlike(value: unknown, record: SessionRecord, id: string): void {
  if (typeof value !== 'string' || value.length >= id.length) {
    report('attribute:not-kept', () => {
      return 'the SDK did not keep session.id, its attribute count limit is reached; SessionSpanExporter adds it'
    })
    return
  }
  record.stampedAs = value
  report('attribute:truncated', () => {
    return `the SDK cuts session.id to ${value.length} of ${id.length} characters (attribute length limit), which may merge sessions; SessionSpanExporter ships the whole ID`
  })
}
