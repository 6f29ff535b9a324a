/** Returns the size of a number below 2^32 as a varint, in bytes. */
export const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5

/** The largest size of a varint, in bytes. */
export const MAX_VARINT_SIZE = 10

/** Writes a number below 2^32 as a varint and returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest > 0x7f) {
    bytes[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[end++] = rest
  return end
}

const TWO_32 = 2 ** 32

/** Writes a whole number from -2^63 to below 2^63 as an int64 varint and returns the offset behind it. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): number {
  if (value >= 0 && value < TWO_32) return writeVarint(bytes, at, value)
  // Both halves are exact: dividing by a power of two changes the exponent only, and `>>>` is modulo 2^32.
  let low = value >>> 0
  let high = Math.floor(value / TWO_32) >>> 0
  let end = at
  while (high > 0 || low > 0x7f) {
    bytes[end++] = (low & 0x7f) | 0x80
    low = ((low >>> 7) | (high << 25)) >>> 0
    high >>>= 7
  }
  bytes[end++] = low
  return end
}
