import { ownValue, type ReadableAttributes } from './read-attributes.ts'
import type { StampedFields } from './session-record.ts'

/** Whether two attribute values are the same. Arrays are compared by their items, because the SDK copies them. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => item === other[index])
}

/**
 * The fields that limits of the SDK dropped from a span, or truncated on it. A field that something else was written
 * over is not among them.
 *
 * @param hasDropped whether the SDK dropped attributes of the span
 */
export function lostFields(
  attributes: ReadableAttributes,
  { entries, kept }: StampedFields,
  hasDropped: boolean,
): StampedFields['entries'] {
  if (kept === undefined) return []
  return entries.filter(([key]) => {
    if (!kept.has(key)) return false
    const current = ownValue(attributes, key)
    return current === undefined ? hasDropped : isSameValue(current, kept.get(key))
  })
}
