import { ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_TAG_TAGS, ATTR_USER_ID } from '../attributes.ts'
import { ownValue, type ReadableAttributes } from './read-attributes.ts'
import type { FieldAgreement, SessionRecord, StampedFields } from './session-record.ts'

/** The fields that travel between spans. That a session had ended when its scope was entered is true of that scope. */
const TRAVELING: readonly string[] = [ATTR_USER_ID, ATTR_GEN_AI_CONVERSATION_ID, ATTR_METADATA, ATTR_TAG_TAGS]

/** Whether two attribute values are the same. Arrays are compared by their items, because the SDK copies them. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => item === other[index])
}

/** Makes fields of their attributes. */
export function stampedFrom(
  entries: StampedFields['entries'],
  metadataValue: StampedFields['metadataValue'],
): StampedFields {
  const value = (key: string) => entries.find((entry) => entry[0] === key)?.[1] as string | undefined
  const metadata = value(ATTR_METADATA)
  return {
    entries,
    conversationId: value(ATTR_GEN_AI_CONVERSATION_ID),
    kept: undefined,
    metadata,
    metadataValue: metadata === undefined ? undefined : metadataValue,
  }
}

/** Those of the fields that a span does not have yet. */
export function unlessPresent(stamped: StampedFields, attributes: ReadableAttributes): StampedFields {
  return stampedFrom(
    stamped.entries.filter(([key]) => ownValue(attributes, key) === undefined),
    stamped.metadataValue,
  )
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

class AgreedFields implements FieldAgreement {
  stamped: StampedFields | undefined
  /** By attribute: a value and the fields that it was set with; null if there were several. */
  readonly #seen = new Map<string, { readonly value: unknown; from: StampedFields | undefined } | null>()
  last: StampedFields | undefined

  note(fields: StampedFields): boolean {
    if (fields === this.last) return false
    this.last = fields
    let isNews = false
    for (const [key, value] of fields.entries) {
      if (TRAVELING.includes(key) && value !== null && this.#noteValue(key, value, fields)) isNews = true
    }
    return isNews
  }

  noteOthers(attributes: ReadableAttributes): void {
    for (const key of [ATTR_USER_ID, ATTR_GEN_AI_CONVERSATION_ID]) {
      const value = ownValue(attributes, key)
      if (value !== undefined) this.#noteValue(key, value, undefined)
    }
  }

  agreed(): StampedFields | undefined {
    const entries: StampedFields['entries'][number][] = []
    let metadata: StampedFields['metadataValue']
    for (const [key, seen] of this.#seen) {
      const entry = seen?.from?.entries.find((other) => other[0] === key)
      if (entry === undefined) continue
      entries.push(entry)
      if (key === ATTR_METADATA) metadata = seen?.from?.metadataValue
    }
    return entries.length === 0 ? undefined : stampedFrom(entries, metadata)
  }

  hasOneOfSeveralUsers(attributes: ReadableAttributes): boolean {
    return this.#seen.get(ATTR_USER_ID) === null && ownValue(attributes, ATTR_USER_ID) !== undefined
  }

  #noteValue(key: string, value: unknown, from: StampedFields | undefined): boolean {
    const seen = this.#seen.get(key)
    if (seen === null) return false
    if (seen === undefined || !isSameValue(seen.value, value)) {
      this.#seen.set(key, seen === undefined ? { value, from } : null)
      return true
    }
    if (seen.from !== undefined || from === undefined) return false
    seen.from = from
    return true
  }
}

/** Makes an empty agreement. */
export const newFieldAgreement = (): FieldAgreement => new AgreedFields()

/**
 * The fields that a span takes from below, with the session that it has at its end: those that belong to this session,
 * or to none if none was set below.
 */
export function fieldsFromBelow(record: SessionRecord, id: string | undefined): StampedFields | undefined {
  const { below, kind, fromChildren } = record
  if (below === undefined) return undefined
  const of = kind !== 'none' ? record.id : fromChildren === undefined ? id : fromChildren
  const agreed = of === id ? below.agreed() : undefined
  if (agreed === undefined || record.fields === undefined) return agreed
  // The span's own fields, also one that was removed, or that a limit of the SDK dropped.
  const own = record.fields.entries.map(([key]) => key)
  const entries = agreed.entries.filter(([key]) => !own.includes(key))
  return stampedFrom(entries, agreed.metadataValue)
}
