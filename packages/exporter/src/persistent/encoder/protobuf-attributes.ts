import { MAX_VARINT_SIZE, varintSize, writeInt64, writeVarint } from '@otel-sessions/semconv/internal'
import type { Nesting } from './nesting.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'
import type { Attributes } from './sdk-span.ts'

const KeyValue = { key: 0x0a, value: 0x12 } as const
const AnyValue = {
  string: 0x0a,
  bool: 0x10,
  int: 0x18,
  double: 0x21,
  array: 0x2a,
  keyValueList: 0x32,
  bytes: 0x3a,
} as const
/** Of ArrayValue and KeyValueList. */
const VALUES = 0x0a

const INT64_END = 2 ** 63

/** Writes a map as KeyValues, each with this tag. */
export function writeAttributes(
  writer: ProtobufWriter,
  tag: number,
  attributes: Attributes,
  nesting: Nesting,
): void {
  if (typeof attributes !== 'object' || attributes === null) return
  for (const key of Object.keys(attributes)) writeKeyValue(writer, tag, key, attributes[key], nesting)
}

function writeKeyValue(
  writer: ProtobufWriter,
  tag: number,
  key: string,
  value: unknown,
  nesting: Nesting,
): void {
  const start = writer.open(tag)
  writer.raw(encodedKey(key))
  writeAnyValue(writer, KeyValue.value, value, nesting)
  writer.close(start)
}

/** Writes a value as an AnyValue, which stays empty for types that OTLP does not have. */
function writeAnyValue(writer: ProtobufWriter, tag: number, value: unknown, nesting: Nesting): void {
  const start = writer.open(tag)
  if (typeof value === 'string') writer.text(AnyValue.string, value)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'boolean') writer.number(AnyValue.bool, value ? 1 : 0)
  else if (typeof value === 'object' && value !== null) writeObject(writer, value, nesting)
  writer.close(start)
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  writer.reserve(1 + MAX_VARINT_SIZE)
  const { bytes, at } = writer
  if (Number.isInteger(value) && value >= -INT64_END && value < INT64_END) {
    bytes[at] = AnyValue.int
    writer.at = writeInt64(bytes, at + 1, value)
  } else {
    bytes[at] = AnyValue.double
    writer.at = bytes.writeDoubleLE(value, at + 1)
  }
}

function writeObject(writer: ProtobufWriter, value: object, nesting: Nesting): void {
  if (value instanceof Uint8Array) {
    writer.number(AnyValue.bytes, value.length)
    writer.raw(value)
  } else if (nesting.enter(value)) {
    const isArray = Array.isArray(value)
    const start = writer.open(isArray ? AnyValue.array : AnyValue.keyValueList)
    if (isArray) writeArray(writer, value, nesting)
    else writeKeyValueList(writer, value as Record<string, unknown>, nesting)
    writer.close(start)
    nesting.leave()
  }
}

/** By index: an iterator may be the application's own, and endless. */
function writeArray(writer: ProtobufWriter, values: readonly unknown[], nesting: Nesting): void {
  const length = nesting.take(values.length)
  for (let index = 0; index < length; index++) writeAnyValue(writer, VALUES, values[index], nesting)
}

function writeKeyValueList(writer: ProtobufWriter, values: Record<string, unknown>, nesting: Nesting): void {
  for (const key in values) {
    if (!Object.hasOwn(values, key)) continue
    if (nesting.take(1) === 0) break
    writeKeyValue(writer, VALUES, key, values[key], nesting)
  }
}

const MAX_CACHED_KEYS = 2_048
/** In UTF-16 units. */
const MAX_CACHED_LENGTH = 128

const encodedKeys = new Map<string, Buffer>()

/** A key as the field of a KeyValue, with tag and length. Applications use few keys: caching saves 7 to 25 %. */
function encodedKey(key: string): Buffer {
  const known = encodedKeys.get(key)
  if (known !== undefined) return known
  const length = Buffer.byteLength(key)
  const encoded = Buffer.allocUnsafe(1 + varintSize(length) + length)
  encoded[0] = KeyValue.key
  encoded.write(key, writeVarint(encoded, 1, length))
  if (key.length <= MAX_CACHED_LENGTH) {
    // Keys that contain IDs fill the cache; the usual ones return at once.
    if (encodedKeys.size === MAX_CACHED_KEYS) encodedKeys.clear()
    encodedKeys.set(key, encoded)
  }
  return encoded
}
