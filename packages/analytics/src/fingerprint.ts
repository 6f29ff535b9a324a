/** Bits of the lower half that are always 0, for whoever keeps a fingerprint: so 60 bits of it count. */
export const FLAGS = 15

/** Tells the spans apart that are remembered. It is written to, so that none is allocated for a span. */
export class Fingerprint {
  high = 0
  low = 0
}

/**
 * Hashes an ID on top of a seed. Every other character goes into each half: of an ID of 16 hexadecimal digits each
 * half gets 32 bits, and both are computed side by side.
 */
export function hash(id: string, seedHigh: number, seedLow: number, into: Fingerprint): void {
  let one = seedHigh
  let two = seedLow
  const even = id.length & ~1
  for (let index = 0; index < even; index += 2) {
    one = Math.imul(one ^ id.charCodeAt(index), 0x01000193)
    two = Math.imul(two ^ id.charCodeAt(index + 1), 0x01000193)
  }
  if (even < id.length) one = Math.imul(one ^ id.charCodeAt(even), 0x01000193)
  one ^= one >>> 15
  two ^= two >>> 13
  one = Math.imul(one ^ id.length, 0x2c1b3c6d) ^ two
  two = Math.imul(two, 0x297a2d39) ^ (one >>> 11)
  one = Math.imul(one ^ (one >>> 12), 0x297a2d39)
  into.high = one ^ (one >>> 15)
  into.low = (two ^ (two >>> 14)) & ~FLAGS
}
