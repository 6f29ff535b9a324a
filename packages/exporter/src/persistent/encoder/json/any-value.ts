import type { Nesting } from '../span/nesting.ts'
import type { Attributes } from '../span/sdk-span.ts'

const INT64_END = 2 ** 63

/** A map as OTLP has it in JSON: a list of keys and values. */
export function keyValues(attributes: Attributes, nesting: Nesting): object[] {
  if (typeof attributes !== 'object' || attributes === null) return []
  return Object.keys(attributes).map((key) => ({ key, value: anyValue(attributes[key], nesting) }))
}

/** A value under the name of its type; without any for what OTLP has no type for. */
function anyValue(value: unknown, nesting: Nesting): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return numberValue(value)
  if (typeof value === 'boolean') return { boolValue: value }
  return typeof value === 'object' && value !== null ? objectValue(value, nesting) : {}
}

function numberValue(value: number): object {
  // Collectors refuse the whole request for a null, or for an integer that is none, so those are written as JSON's
  // protobuf mapping has them; and receivers that read every number as a double keep the digits of a string.
  if (!Number.isFinite(value)) return { doubleValue: String(value) }
  if (Number.isSafeInteger(value)) return { intValue: value }
  if (!Number.isInteger(value) || value < -INT64_END || value >= INT64_END) return { doubleValue: value }
  return { intValue: String(BigInt(value)) }
}

function objectValue(value: object, nesting: Nesting): object {
  if (value instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = value
    return { bytesValue: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
  }
  if (!nesting.enter(value)) return {}
  const values = Array.isArray(value)
    ? { arrayValue: { values: arrayValues(value, nesting) } }
    : { kvlistValue: { values: listValues(value as Record<string, unknown>, nesting) } }
  nesting.leave()
  return values
}

/** By number, as an iterator may be the application's, and have no end. */
function arrayValues(values: readonly unknown[], nesting: Nesting): object[] {
  const length = nesting.take(values.length)
  const written: object[] = []
  for (let index = 0; index < length; index++) written.push(anyValue(values[index], nesting))
  return written
}

function listValues(values: Record<string, unknown>, nesting: Nesting): object[] {
  const keys = Object.keys(values)
  keys.length = nesting.take(keys.length)
  return keys.map((key) => ({ key, value: anyValue(values[key], nesting) }))
}
