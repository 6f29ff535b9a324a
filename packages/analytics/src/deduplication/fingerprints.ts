import { Fingerprint, hash } from '../fingerprint.ts'
import { Visits } from '../visits.ts'

/** Traces of which something is at hand: of those that are under way together, most. */
const PLACES = 256

/** Words of a place: the trace's fingerprint, that of the parent that was named last, and the last visit. */
const WIDTH = 8
const PARENT = 2
const ROW = 4
const BIRTH = 5
const TURN = 6

/**
 * Fingerprints of spans, and which traces were counted for which sessions. It is dear to hash IDs and to look up
 * visits, so both are kept for the traces of late: spans that come together are mostly of a few traces, a child mostly
 * ends before its parent and beside its siblings, and a trace is mostly of one session.
 */
export class Identities {
  /** Of the span that was last taken. */
  readonly trace = new Fingerprint()
  readonly span = new Fingerprint()
  readonly parent = new Fingerprint()
  readonly #visit = new Fingerprint()
  readonly #visits = new Visits()
  readonly #traceIds = new Array<string | undefined>(PLACES).fill(undefined)
  readonly #parentIds = new Array<string | undefined>(PLACES).fill(undefined)
  readonly #words = new Int32Array(PLACES * WIDTH)
  #at = 0

  /** Takes the IDs of a span; `parent` keeps what it was where there is none. */
  take(traceId: string, spanId: string, parentId: string | undefined): void {
    const place = placeOf(traceId)
    const at = place * WIDTH
    const words = this.#words
    this.#at = at
    if (this.#traceIds[place] !== traceId) this.#start(place, traceId)
    else set(this.trace, words, at)
    const { high, low } = this.trace
    const known = this.#parentIds[place]
    if (spanId === known) set(this.span, words, at + PARENT)
    else hash(spanId, high, low, this.span)
    if (parentId === undefined) return
    if (parentId === known) set(this.parent, words, at + PARENT)
    else {
      hash(parentId, high, low, this.parent)
      this.#parentIds[place] = parentId
      words[at + PARENT] = this.parent.high
      words[at + PARENT + 1] = this.parent.low
    }
  }

  /** Whether a session has been here with the trace that was last taken; from now on it has. */
  visit(row: number, birth: number): boolean {
    const words = this.#words
    const at = this.#at
    // While no generation has gone since, the set remembers the visit for as long as a new one.
    const isLast = words[at + ROW] === row && words[at + BIRTH] === (birth | 0)
    if (isLast && words[at + TURN] === this.#visits.turns) return true
    const { high, low } = this.trace
    const visit = this.#visit
    visit.high = Math.imul(high ^ row, 0x01000193) ^ Math.imul(birth, 0x2c1b3c6d)
    visit.low = Math.imul(low ^ birth, 0x297a2d39) ^ Math.imul(row, 0x2c1b3c6d)
    const known = this.#visits.see(visit)
    words[at + ROW] = row
    words[at + BIRTH] = birth
    words[at + TURN] = this.#visits.turns
    return known
  }

  #start(place: number, traceId: string): void {
    const words = this.#words
    const at = place * WIDTH
    hash(traceId, 0, 0, this.trace)
    this.#traceIds[place] = traceId
    this.#parentIds[place] = undefined
    words[at] = this.trace.high
    words[at + 1] = this.trace.low
    // Nobody was here.
    words[at + TURN] = 0
  }
}

function set(fingerprint: Fingerprint, words: Int32Array, at: number): void {
  fingerprint.high = words[at] as number
  fingerprint.low = words[at + 1] as number
}

/** By the last two digits, which are random in all usual schemes. */
function placeOf(id: string): number {
  const { length } = id
  if (length < 2) return 0
  return ((digit(id.charCodeAt(length - 2)) << 4) | digit(id.charCodeAt(length - 1))) & (PLACES - 1)
}

/** The value of a hexadecimal digit; of another character, some number. */
const digit = (code: number): number => (code & 15) + (code >> 6) * 9
