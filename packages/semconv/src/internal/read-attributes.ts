import { METADATA_READ_MAX_LENGTH } from '../attributes.ts'

/** Attributes of a span, as an object; only own properties are read. */
export type ReadableAttributes = Readonly<Record<string, unknown>>

const isOwn = Object.prototype.hasOwnProperty

/**
 * An attribute's own value. What a prototype says is nobody's attribute: where something has polluted
 * `Object.prototype`, every span would be in its session.
 */
export function ownValue(attributes: ReadableAttributes, key: string): unknown {
  const value = attributes[key]
  return value === undefined || isOwn.call(attributes, key) ? value : undefined
}

/** A plain look at `metadata`: its top level, or why it was not read. */
export type MetadataRead =
  | {
      /** It is an object. */
      readonly ok: true
      /** Its top level. */
      readonly value: Readonly<Record<string, unknown>>
    }
  | {
      /** It was not read. */
      readonly ok: false
      /** Why. */
      readonly reason: 'absent' | 'too-long' | 'not-an-object'
    }

const ABSENT: MetadataRead = { ok: false, reason: 'absent' }
const TOO_LONG: MetadataRead = { ok: false, reason: 'too-long' }
const NOT_AN_OBJECT: MetadataRead = { ok: false, reason: 'not-an-object' }

/** Whether a `metadata` attribute is longer than what is searched for an alias. */
export function isTooLongToRead(metadata: unknown): boolean {
  return typeof metadata === 'string' && metadata.length > METADATA_READ_MAX_LENGTH
}

/**
 * The top level of a `metadata` attribute: a JSON object in a string of at most 32 kB, or an object, as SDK 3
 * permits. Never throws on a string; an object's own getters and proxy traps are the caller's to guard.
 */
export function readMetadata(metadata: unknown): MetadataRead {
  if (metadata === undefined || metadata === null) return ABSENT
  if (typeof metadata === 'object') return asObject(metadata)
  if (typeof metadata !== 'string') return NOT_AN_OBJECT
  if (isTooLongToRead(metadata)) return TOO_LONG
  try {
    return asObject(JSON.parse(metadata))
  } catch {
    return NOT_AN_OBJECT
  }
}

function asObject(value: unknown): MetadataRead {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
    ? { ok: true, value: value as Record<string, unknown> }
    : NOT_AN_OBJECT
}
