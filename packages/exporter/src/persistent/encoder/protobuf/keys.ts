import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'

const MAX_KEYS = 2_048
/** In UTF-16 units. Longer keys are made up as they go, and come once. */
const MAX_LENGTH = 128
/** KeyValue.key */
const TAG = 0x0a

const encodedKeys = new Map<string, Buffer>()

/** A key as the field of a KeyValue, its tag and its length included. An application writes few different ones. */
export function encodedKey(key: string): Buffer {
  const known = encodedKeys.get(key)
  if (known !== undefined) return known
  const encoded = encode(key)
  if (key.length <= MAX_LENGTH) {
    // Keys that hold IDs fill it up; the usual ones are back at once.
    if (encodedKeys.size === MAX_KEYS) encodedKeys.clear()
    encodedKeys.set(key, encoded)
  }
  return encoded
}

function encode(key: string): Buffer {
  const length = Buffer.byteLength(key)
  const encoded = Buffer.allocUnsafe(1 + varintSize(length) + length)
  encoded[0] = TAG
  encoded.write(key, writeVarint(encoded, 1, length))
  return encoded
}
