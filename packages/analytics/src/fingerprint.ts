/** Bits of the lower half that are always 0, for whoever keeps a fingerprint: so 61 bits of it count. */
export const FLAGS = 7

/** Tells the spans apart that are remembered. It is written to, so that none is allocated for a span. */
export class Fingerprint {
  high = 0
  low = 0
}

/**
 * Hashes an ID on top of a seed. Every other character goes into each half: of an ID of 16 hexadecimal digits each
 * half gets 32 bits, and both are computed side by side.
 */
function hash(id: string, seedHigh: number, seedLow: number, into: Fingerprint): void {
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

/** Fingerprints of a span's trace, of the span and of its parent; spans of a trace, and of a parent, come together. */
export class Fingerprints {
  readonly trace = new Fingerprint()
  readonly span = new Fingerprint()
  readonly parent = new Fingerprint()
  readonly visit = new Fingerprint()
  #traceId = ''
  #parentId = ''

  /** Takes the IDs of a span; `parent` keeps what it was where there is none. */
  take(traceId: string, spanId: string, parentId: string | undefined): void {
    if (traceId !== this.#traceId) {
      hash(traceId, 0, 0, this.trace)
      this.#traceId = traceId
      this.#parentId = ''
    }
    const { high, low } = this.trace
    hash(spanId, high, low, this.span)
    if (parentId !== undefined && parentId !== this.#parentId) {
      hash(parentId, high, low, this.parent)
      this.#parentId = parentId
    }
  }

  /** Takes the row of a session that has a span in the trace. */
  takeVisit(row: number, birth: number): void {
    const { trace, visit } = this
    visit.high = Math.imul(trace.high ^ row, 0x01000193) ^ Math.imul(birth, 0x2c1b3c6d)
    visit.low = Math.imul(trace.low ^ birth, 0x297a2d39) ^ Math.imul(row, 0x2c1b3c6d)
  }
}
