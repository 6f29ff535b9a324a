import { ATTR_SESSION_LATE } from '../session-spans.ts'
import { ownValue, type ReadableAttributes } from './read-attributes.ts'
import type { SessionRecord, SessionTrace, StampedFields } from './session-record.ts'

type Mutable = { [key: string]: StampedFields[string] }

/** Whether two attribute values are the same. Arrays are compared by their items, because the SDK copies them. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => item === other[index])
}

/** Those of the fields that a span does not have yet, and those that were removed. */
export function unlessPresent(fields: StampedFields, attributes: ReadableAttributes): StampedFields {
  const isMissing = ([key, value]: [string, unknown]) =>
    value === null || (ownValue(attributes, key) ?? null) === null
  return Object.fromEntries(Object.entries(fields).filter(isMissing))
}

/**
 * Adds fields to those that several agree on; null where they disagree. That a session had ended when its scope was
 * entered does not travel: it is true of that scope.
 *
 * @returns `agreed` itself if the fields are no news
 */
export function agree(
  agreed: StampedFields | undefined,
  fields: StampedFields | undefined,
): StampedFields | undefined {
  let changed: Mutable | undefined
  for (const key in fields) {
    const value = ownValue(fields, key) as StampedFields[string] | undefined
    const seen = agreed?.[key]
    if (seen === value || seen === null || value == null || key === ATTR_SESSION_LATE) continue
    if (isSameValue(seen, value)) continue
    changed ??= { ...agreed }
    changed[key] = seen === undefined ? value : null
  }
  return changed ?? agreed
}

/**
 * Notes on a local trace that it contains a session, and fields that were set in it.
 *
 * @param id null if the session was cleared, or rejected
 */
export function noteOnTrace(
  trace: SessionTrace | undefined,
  id: string | null | undefined,
  fields?: StampedFields | undefined,
): void {
  if (trace === undefined) return
  trace.fields = agree(trace.fields, fields)
  if (id === undefined || id === trace.sessionId) return
  if (id === null || trace.sessionId !== undefined) trace.several = true
  else trace.sessionId = id
}

/**
 * The fields that a span takes from below, with the session that it has at its end: those that belong to this session,
 * or to none if none was set below, and that the span does not have.
 */
export function fieldsFromBelow(
  attributes: ReadableAttributes,
  { kind, id: startId, below, fields, fromChildren }: SessionRecord,
  id: string | undefined,
): StampedFields {
  const of = kind !== 'none' ? startId : fromChildren === undefined ? id : fromChildren
  if (below === undefined || of !== id) return {}
  // One that a limit of the SDK dropped is the span's own as well.
  return unlessPresent(below, { ...fields, ...attributes })
}

/**
 * The fields that limits of the SDK dropped from a span, or truncated on it. A field that something else was written
 * over is not among them.
 */
export function lostFields(
  attributes: ReadableAttributes,
  { fields, kept, below }: SessionRecord,
  span: { readonly droppedAttributesCount?: unknown },
): StampedFields {
  const hasDropped = span.droppedAttributesCount !== 0
  const lost: Mutable = {}
  for (const [key, stored] of kept ?? []) {
    const value = fields?.[key] ?? below?.[key]
    const current = ownValue(attributes, key)
    if (value == null || !(current === undefined ? hasDropped : isSameValue(current, stored))) continue
    lost[key] = value
  }
  return lost
}
