import { MAX_VARINT_SIZE, varintSize, writeInt64 } from '@otel-sessions/semconv/internal'
import type { Nesting } from '../span/nesting.ts'
import type { Attributes } from '../span/sdk-span.ts'
import { encodedKey } from './keys.ts'
import type { Scratch } from './scratch.ts'

// AnyValue
const STRING = 0x0a
const BOOL = 0x10
const INT = 0x18
const DOUBLE = 0x21
const ARRAY = 0x2a
const KEY_VALUE_LIST = 0x32
const BYTES = 0x3a
// KeyValue
const VALUE = 0x12
// ArrayValue, KeyValueList
const VALUES = 0x0a

const INT64_END = 2 ** 63

/** A map as KeyValues, each under this tag. */
export function writeAttributes(
  scratch: Scratch,
  tag: number,
  attributes: Attributes,
  nesting: Nesting,
): void {
  if (typeof attributes !== 'object' || attributes === null) return
  for (const key of Object.keys(attributes)) writeKeyValue(scratch, tag, key, attributes[key], nesting)
}

function writeKeyValue(scratch: Scratch, tag: number, key: string, value: unknown, nesting: Nesting): void {
  const encoded = encodedKey(key)
  const guess = varintSize(encoded.length + 2 + guessedSize(value))
  const start = scratch.open(tag, guess)
  scratch.raw(encoded)
  writeAnyValue(scratch, VALUE, value, nesting)
  scratch.close(start, guess)
}

/** About how many bytes a value takes. If that is wrong, what was written after it must be moved. */
const guessedSize = (value: unknown): number => (typeof value === 'string' ? value.length + 3 : 16)

/** A value as an AnyValue under this tag: a string, as AnyValue knows it, and so on; what it does not know is empty. */
function writeAnyValue(scratch: Scratch, tag: number, value: unknown, nesting: Nesting): void {
  const guess = varintSize(guessedSize(value))
  const start = scratch.open(tag, guess)
  if (typeof value === 'string') scratch.text(STRING, value)
  else if (typeof value === 'number') writeNumber(scratch, value)
  else if (typeof value === 'boolean') scratch.number(BOOL, value ? 1 : 0)
  else if (typeof value === 'object' && value !== null) writeObject(scratch, value, nesting)
  scratch.close(start, guess)
}

function writeNumber(scratch: Scratch, value: number): void {
  scratch.reserve(1 + MAX_VARINT_SIZE)
  const { bytes, at } = scratch
  if (Number.isInteger(value) && value >= -INT64_END && value < INT64_END) {
    bytes[at] = INT
    scratch.at = writeInt64(bytes, at + 1, value)
  } else {
    bytes[at] = DOUBLE
    scratch.at = bytes.writeDoubleLE(value, at + 1)
  }
}

function writeObject(scratch: Scratch, value: object, nesting: Nesting): void {
  if (value instanceof Uint8Array) {
    const guess = varintSize(value.length)
    const start = scratch.open(BYTES, guess)
    scratch.raw(value)
    scratch.close(start, guess)
  } else if (nesting.enter(value)) {
    const isArray = Array.isArray(value)
    const start = scratch.open(isArray ? ARRAY : KEY_VALUE_LIST, 1)
    if (isArray) writeArray(scratch, value, nesting)
    else writeKeyValues(scratch, value as Record<string, unknown>, nesting)
    scratch.close(start, 1)
    nesting.leave()
  }
}

/** By number, as an iterator may be the application's, and have no end. */
function writeArray(scratch: Scratch, values: readonly unknown[], nesting: Nesting): void {
  const length = nesting.take(values.length)
  for (let index = 0; index < length; index++) writeAnyValue(scratch, VALUES, values[index], nesting)
}

function writeKeyValues(scratch: Scratch, values: Record<string, unknown>, nesting: Nesting): void {
  for (const key in values) {
    if (!Object.hasOwn(values, key)) continue
    if (nesting.take(1) === 0) break
    writeKeyValue(scratch, VALUES, key, values[key], nesting)
  }
}
