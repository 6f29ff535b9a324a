/** The lowest bits of `low`, which are always 0 and free for flags. So a fingerprint has 60 bits. */
export const FLAGS = 15

/** A hash of a trace's or a span's ID. Instances are used again, so that none is allocated for a span. */
export class Fingerprint {
  high = 0
  low = 0
}

/**
 * Hashes an ID with a seed. Every other character goes into each half: of an ID of 16 hexadecimal digits each half gets
 * 32 bits, and both are computed in parallel.
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

/** The number of traces whose fingerprints are cached. Few more traces are active at once. */
const ENTRIES = 256

/** The fields of a cache entry: the fingerprints of the trace and of its last parent, and the last counted session. */
const WIDTH = 8
const PARENT = 2
const ROW = 4
const BIRTH = 5
const GENERATION = 6

/**
 * The fingerprints of spans, and the traces that were counted for a session. Hashing IDs and looking up traces is
 * expensive, so both are cached by trace: consecutive spans are mostly of few traces, a child mostly ends before its
 * parent and beside its siblings, and a trace mostly belongs to one session.
 */
export class Fingerprints {
  /** The fingerprints of the current span. */
  readonly trace = new Fingerprint()
  readonly span = new Fingerprint()
  readonly parent = new Fingerprint()
  readonly #counted = new Fingerprint()
  readonly #countedTraces = new CountedTraces()
  readonly #traceIds = new Array<string | undefined>(ENTRIES).fill(undefined)
  readonly #parentIds = new Array<string | undefined>(ENTRIES).fill(undefined)
  readonly #entries = new Int32Array(ENTRIES * WIDTH)
  #at = 0

  /** Sets the current span. `parent` stays unchanged if the span has none. */
  set(traceId: string, spanId: string, parentId: string | undefined): void {
    const entry = entryOf(traceId)
    const at = entry * WIDTH
    const entries = this.#entries
    this.#at = at
    if (this.#traceIds[entry] !== traceId) this.#replace(entry, traceId)
    else copy(this.trace, entries, at)
    const { high, low } = this.trace
    const known = this.#parentIds[entry]
    if (spanId === known) copy(this.span, entries, at + PARENT)
    else hash(spanId, high, low, this.span)
    if (parentId === undefined) return
    if (parentId === known) copy(this.parent, entries, at + PARENT)
    else {
      hash(parentId, high, low, this.parent)
      this.#parentIds[entry] = parentId
      entries[at + PARENT] = this.parent.high
      entries[at + PARENT + 1] = this.parent.low
    }
  }

  /** Marks the current trace as counted for a session, and returns whether it was counted before. */
  countTrace(row: number, birth: number): boolean {
    const entries = this.#entries
    const at = this.#at
    // Until the next generation, the set certainly still has the trace.
    const isLast = entries[at + ROW] === row && entries[at + BIRTH] === (birth | 0)
    if (isLast && entries[at + GENERATION] === this.#countedTraces.generation) return true
    const { high, low } = this.trace
    const counted = this.#counted
    counted.high = Math.imul(high ^ row, 0x01000193) ^ Math.imul(birth, 0x2c1b3c6d)
    counted.low = Math.imul(low ^ birth, 0x297a2d39) ^ Math.imul(row, 0x2c1b3c6d)
    const wasCounted = this.#countedTraces.add(counted)
    entries[at + ROW] = row
    entries[at + BIRTH] = birth
    entries[at + GENERATION] = this.#countedTraces.generation
    return wasCounted
  }

  #replace(entry: number, traceId: string): void {
    const entries = this.#entries
    const at = entry * WIDTH
    hash(traceId, 0, 0, this.trace)
    this.#traceIds[entry] = traceId
    this.#parentIds[entry] = undefined
    entries[at] = this.trace.high
    entries[at + 1] = this.trace.low
    // No session was counted yet.
    entries[at + GENERATION] = 0
  }
}

function copy(fingerprint: Fingerprint, entries: Int32Array, at: number): void {
  fingerprint.high = entries[at] as number
  fingerprint.low = entries[at + 1] as number
}

/** Chooses an entry by the last two digits, which are random in all usual schemes. */
function entryOf(id: string): number {
  const { length } = id
  if (length < 2) return 0
  return ((digit(id.charCodeAt(length - 2)) << 4) | digit(id.charCodeAt(length - 1))) & (ENTRIES - 1)
}

/** Returns the value of a hexadecimal digit; of another character, some number. */
const digit = (code: number): number => (code & 15) + (code >> 6) * 9

const GENERATION_SIZE = 1 << 13
const TABLE_SIZE = GENERATION_SIZE * 2

/**
 * A set of at least the last 8,192 traces that were counted for a session, as fingerprints in two generations. The older
 * generation is removed as a whole; looking up an element moves it to the newer one.
 */
class CountedTraces {
  // Small and empty before the first trace.
  #newer = new Int32Array(2)
  #older = new Int32Array(2)
  #size = GENERATION_SIZE
  /** The number of the current generation, modulo 2^31; 0 before the first trace. */
  generation = 0

  /** Adds an element, and returns whether the set had it. */
  add(element: Fingerprint): boolean {
    // 0, 0 marks a free place.
    const low = element.low === 0 && element.high === 0 ? 1 : element.low
    if (this.#size >= GENERATION_SIZE) this.#startGeneration()
    const at = find(this.#newer, element.high, low)
    if (!isFree(this.#newer, at)) return true
    const wasKnown = !isFree(this.#older, find(this.#older, element.high, low))
    this.#newer[at] = element.high
    this.#newer[at + 1] = low
    this.#size++
    return wasKnown
  }

  #startGeneration(): void {
    const removed = this.#older
    this.#older = this.#newer
    this.#newer = removed.length === TABLE_SIZE * 2 ? removed.fill(0) : new Int32Array(TABLE_SIZE * 2)
    this.#size = 0
    this.generation = (this.generation + 1) & 0x7fffffff
  }
}

const isFree = (table: Int32Array, at: number): boolean => table[at] === 0 && table[at + 1] === 0

function find(table: Int32Array, high: number, low: number): number {
  const mask = table.length - 1
  let at = (high * 2) & mask
  while (!isFree(table, at) && (table[at] !== high || table[at + 1] !== low)) at = (at + 2) & mask
  return at
}
