import { FLAGS } from '../fingerprint.ts'

/** How many places there are. */
const PLACES = 1 << 15
const MASK = PLACES - 1

/** Words of a place: the span's fingerprint, its parent's (0: none) with the flags, the next of the chain, the note. */
const WIDTH = 6
const PARENT = 2
const FLAGGED = 3
const OLDER = 4
const NOTE = 5

/** Chains that a trace has. Their heads are one cache line: so its spans cost one, and not one each. */
const HEADS = 16
/** So many spans are in a chain of a trace; what comes beyond is in a chain by its own fingerprint. */
const NEAR = 8
/** Traces that have heads to themselves; others share them. */
const TRACES = 1 << 13
/** Chains for what is beyond. */
const FAR = 1 << 14
/** Places that are looked at in a chain. IDs that are made to fall into one are forgotten early, and slow nothing down. */
const LONGEST = 64

/** No place. */
export const NOWHERE = -1

const NUMBERS = 0x7fffffff

/**
 * Places for spans in a ring: the newest takes the place of the oldest, so that what comes together lies together. They
 * are found by chains, from the newest to the oldest, that end at what is no longer there; so nothing is ever removed.
 */
export class SpanRing {
  readonly #words = new Int32Array(PLACES * WIDTH)
  /** The number of the place that was last taken in a chain, doubled; odd where a trace has spans elsewhere, too. */
  readonly #near = new Int32Array(TRACES * HEADS)
  readonly #far = new Int32Array(FAR)
  // Places are numbered as they are taken, modulo 2^31. At first number 0 is out of reach.
  #next = PLACES * 3
  /** Whether the chain of the trace is full, of the span that was last looked for. */
  #isFull = false

  /** The place of a span, if it has one. */
  find(trace: number, high: number, low: number): number {
    const head = this.#near[headOf(trace, high)] as number
    const age = (this.#next - (head >>> 1)) & NUMBERS
    this.#isFull = false
    if (age > PLACES * 2) return NOWHERE
    const near = this.#search(head >>> 1, high, low)
    if (near !== NOWHERE) {
      // A newer place of the same span has to be found before this one.
      this.#isFull = false
      return near
    }
    if ((head & 1) === 0) return NOWHERE
    const isFull = this.#isFull
    const far = this.#search(this.#far[high & (FAR - 1)] as number, high, low)
    this.#isFull = isFull
    return far
  }

  #search(first: number, high: number, low: number): number {
    const words = this.#words
    let number = first
    for (let step = 0; step < LONGEST; step++) {
      if (((this.#next - number) & NUMBERS) > PLACES) return NOWHERE
      const at = (number & MASK) * WIDTH
      if (words[at] === high && words[at + 1] === low) return at
      if (step === NEAR - 1) this.#isFull = true
      number = words[at + OLDER] as number
    }
    return NOWHERE
  }

  /** Takes the oldest place, whose note was given back, for a span that was just looked for. */
  take(trace: number, high: number, low: number, flags: number): number {
    const words = this.#words
    const number = this.#next
    this.#next = (number + 1) & NUMBERS
    const at = (number & MASK) * WIDTH
    words[at] = high
    words[at + 1] = low
    words[at + PARENT] = 0
    words[at + FLAGGED] = flags
    words[at + NOTE] = 0
    const index = headOf(trace, high)
    const head = this.#near[index] as number
    if (this.#isFull) {
      words[at + OLDER] = this.#far[high & (FAR - 1)] as number
      this.#far[high & (FAR - 1)] = number
      this.#near[index] = head | 1
    } else {
      words[at + OLDER] = head >>> 1
      // What is elsewhere is no older than twice the ring: it was put there when this chain was full.
      const isElsewhere = ((number - (head >>> 1)) & NUMBERS) <= PLACES * 2 ? head & 1 : 0
      this.#near[index] = (number << 1) | isElsewhere
    }
    return at
  }

  /** The note in the place that is taken next, or 0. */
  noteThatGoes(): number {
    return this.#words[(this.#next & MASK) * WIDTH + NOTE] as number
  }

  /** Whether a place is among the older half. */
  isOld(at: number): boolean {
    return ((this.#next - 1 - at / WIDTH) & MASK) >= PLACES / 2
  }

  flags(at: number): number {
    return (this.#words[at + FLAGGED] as number) & FLAGS
  }

  addFlags(at: number, flags: number): void {
    this.#words[at + FLAGGED] = (this.#words[at + FLAGGED] as number) | flags
  }

  parentHigh(at: number): number {
    return this.#words[at + PARENT] as number
  }

  parentLow(at: number): number {
    return (this.#words[at + FLAGGED] as number) & ~FLAGS
  }

  /** For a place that has no parent yet. */
  setParent(at: number, high: number, low: number): void {
    this.#words[at + PARENT] = high
    this.#words[at + FLAGGED] = (this.#words[at + FLAGGED] as number) | low
  }

  note(at: number): number {
    return this.#words[at + NOTE] as number
  }

  setNote(at: number, note: number): void {
    this.#words[at + NOTE] = note
  }
}

const headOf = (trace: number, high: number): number => (trace & (TRACES - 1)) * HEADS + (high >>> 28)
