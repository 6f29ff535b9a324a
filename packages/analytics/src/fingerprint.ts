// Two 32-bit hashes of a string side by side (cyrb53's mixing): they tell the spans apart that are remembered.
/** Bits of the lower half that are always 0, for whoever keeps a fingerprint: so 61 bits of it count. */
export const FLAGS = 7

let high = 0
let low = 0

/** Hashes a string on top of a seed; the result is in `hashed`, because two numbers cannot be given back for nothing. */
function hash(text: string, seedHigh: number, seedLow: number): void {
  let one = seedHigh ^ 0xdeadbeef
  let two = seedLow ^ 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    one = Math.imul(one ^ code, 0x9e3779b1)
    two = Math.imul(two ^ code, 0x5f356495)
  }
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35)
  two = Math.imul(two ^ (two >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  high = one
  low = two & ~FLAGS
}

let lastTrace = ''
let lastHigh = 0
let lastLow = 0

/** Where a fingerprint is put: nothing is allocated for one. */
export interface Fingerprint {
  high: number
  low: number
}

/** Notes which trace is meant from now on. Spans of one trace come together, so it is mostly the last one. */
export function hashTrace(traceId: string, into: Fingerprint): void {
  if (traceId !== lastTrace) {
    hash(traceId, 0, 0)
    lastTrace = traceId
    lastHigh = high
    lastLow = low
  }
  into.high = lastHigh
  into.low = lastLow
}

let lastParent = ''
let lastParentTrace = ''
let lastParentHigh = 0
let lastParentLow = 0

/** The fingerprint of a parent in the trace that was hashed last. Spans often have the same one as the last. */
export function hashParent(spanId: string, into: Fingerprint): void {
  if (spanId !== lastParent || lastTrace !== lastParentTrace) {
    hash(spanId, lastHigh, lastLow)
    lastParent = spanId
    lastParentTrace = lastTrace
    lastParentHigh = high
    lastParentLow = low
  }
  into.high = lastParentHigh
  into.low = lastParentLow
}

/** The fingerprint of a span in a trace. */
export function hashSpan(spanId: string, trace: Fingerprint, into: Fingerprint): void {
  hash(spanId, trace.high, trace.low)
  into.high = high
  into.low = low
}

/** The fingerprint of a session's row in a trace. */
export function hashVisit(row: number, birth: number, trace: Fingerprint, into: Fingerprint): void {
  into.high = Math.imul(trace.high ^ row, 0x9e3779b1) ^ Math.imul(birth, 0x85ebca6b)
  into.low = Math.imul(trace.low ^ birth, 0x5f356495) ^ Math.imul(row, 0xc2b2ae35)
}
