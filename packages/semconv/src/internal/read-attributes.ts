import { METADATA_READ_MAX_LENGTH } from '../attributes.ts'

/** Attributes of a span. Only own properties are read. */
export type ReadableAttributes = Readonly<Record<string, unknown>>

const isOwn = Object.prototype.hasOwnProperty

/**
 * Reads an attribute, own properties only. Otherwise a polluted `Object.prototype` would put every span into one
 * session.
 */
export function ownValue(attributes: ReadableAttributes, key: string): unknown {
  const value = attributes[key]
  return value === undefined || isOwn.call(attributes, key) ? value : undefined
}

/** The top level of a `metadata` attribute, or why it was not read. */
export type MetadataRead =
  | {
      /** It is an object. */
      readonly ok: true
      /** The object. */
      readonly value: Readonly<Record<string, unknown>>
    }
  | {
      /** It was not read. */
      readonly ok: false
      /** The reason. */
      readonly reason: 'absent' | 'too-long' | 'not-an-object'
    }

const ABSENT: MetadataRead = { ok: false, reason: 'absent' }
const TOO_LONG: MetadataRead = { ok: false, reason: 'too-long' }
const NOT_AN_OBJECT: MetadataRead = { ok: false, reason: 'not-an-object' }

/** Whether a `metadata` attribute is too long to be searched for an alias. */
export function isTooLongToRead(metadata: unknown): boolean {
  return typeof metadata === 'string' && metadata.length > METADATA_READ_MAX_LENGTH
}

/**
 * Reads the top level of a `metadata` attribute: a JSON object in a string of at most 32 kB, or an object, which SDK 3
 * permits. Does not throw; reading the properties of the returned object may.
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
