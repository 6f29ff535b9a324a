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

/**
 * Whether an object has a property from `Object.prototype` alone, which something polluted. A property of a class or of
 * another object that is inherited counts.
 */
export function isPolluted(object: object, key: string): boolean {
  const root = Object.prototype
  if (!isOwn.call(root, key)) return false
  let at: object | null = object
  while (at !== null && at !== root && !isOwn.call(at, key)) at = Object.getPrototypeOf(at)
  return at === root
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

const unread = (reason: (MetadataRead & { ok: false })['reason']): MetadataRead => ({ ok: false, reason })

/** Whether a `metadata` attribute is too long to be searched for an alias. */
export function isTooLongToRead(metadata: unknown): boolean {
  return typeof metadata === 'string' && metadata.length > METADATA_READ_MAX_LENGTH
}

/**
 * Reads the top level of a `metadata` attribute: a JSON object in a string of at most 32 kB, or an object, which SDK 3
 * permits. Does not throw; reading the properties of the returned object may.
 */
export function readMetadata(metadata: unknown): MetadataRead {
  if (metadata === undefined || metadata === null) return unread('absent')
  if (isTooLongToRead(metadata)) return unread('too-long')
  try {
    const value = typeof metadata === 'string' ? JSON.parse(metadata) : metadata
    const isObject = typeof value === 'object' && value !== null
    if (isObject && !Array.isArray(value) && !ArrayBuffer.isView(value)) return { ok: true, value }
  } catch {
    // It is no JSON.
  }
  return unread('not-an-object')
}
