import { FLAGS } from './fingerprints.ts'

/** The number of places. */
const PLACES = 1 << 15
const MASK = PLACES - 1

/** The fields of a place: the span's fingerprint, its parent's (0: none) with the flags, the next place in the chain. */
const WIDTH = 6
const PARENT = 2
const FLAGGED = 3
const OLDER = 4
const CONTRIBUTION = 5

/** The chains of a trace. Their heads are in one cache line, so that the spans of a trace need one, not one each. */
const HEADS = 16
/** The spans in a chain of a trace; further spans are in a chain by their own fingerprint. */
const NEAR = 8
/** The traces that have heads of their own; others share them. */
const TRACES = 1 << 13
/** The chains of further spans. */
const FAR = 1 << 14
/** The places that are searched in a chain. IDs made to fall into one chain are lost early, and slow nothing down. */
const SEARCHED = 64

/** No place. */
export const NOWHERE = -1

const NUMBERS = 0x7fffffff

/**
 * A ring of places for spans. The newest span takes the place of the oldest, so that spans which arrive together are
 * adjacent. A place is found through a chain from the newest to the oldest, which ends at a place that was taken again;
 * so nothing is ever removed.
 */
export class SpanRing {
  readonly #places = new Int32Array(PLACES * WIDTH)
  /** The number of the newest place in a chain, doubled; odd if the trace has further spans. */
  readonly #near = new Int32Array(TRACES * HEADS)
  readonly #far = new Int32Array(FAR)
  // Places are numbered as they are taken, modulo 2^31. At first, number 0 is out of reach.
  #next = PLACES * 3
  /** Whether the trace's chain was full in the last search. */
  #isFull = false

  /** Returns the place of a span, or `NOWHERE`. */
  find(trace: number, high: number, low: number): number {
    const head = this.#near[headOf(trace, high)] as number
    const age = (this.#next - (head >>> 1)) & NUMBERS
    this.#isFull = false
    if (age > PLACES * 2) return NOWHERE
    const near = this.#search(head >>> 1, high, low)
    if (near !== NOWHERE) {
      // A newer place of this span must be found first, so it must be in the same chain.
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
    const places = this.#places
    let number = first
    for (let step = 0; step < SEARCHED; step++) {
      if (((this.#next - number) & NUMBERS) > PLACES) return NOWHERE
      const at = (number & MASK) * WIDTH
      if (places[at] === high && places[at + 1] === low) return at
      if (step === NEAR - 1) this.#isFull = true
      number = places[at + OLDER] as number
    }
    return NOWHERE
  }

  /** Takes the oldest place for a span that was just searched, after its contribution was removed. */
  take(trace: number, high: number, low: number, flags: number): number {
    const places = this.#places
    const number = this.#next
    this.#next = (number + 1) & NUMBERS
    const at = (number & MASK) * WIDTH
    places[at] = high
    places[at + 1] = low
    places[at + PARENT] = 0
    places[at + FLAGGED] = flags
    places[at + CONTRIBUTION] = 0
    const index = headOf(trace, high)
    const head = this.#near[index] as number
    if (this.#isFull) {
      places[at + OLDER] = this.#far[high & (FAR - 1)] as number
      this.#far[high & (FAR - 1)] = number
      this.#near[index] = head | 1
    } else {
      places[at + OLDER] = head >>> 1
      // Further spans are no older than twice the ring: they were added when this chain was full.
      const hasFurther = ((number - (head >>> 1)) & NUMBERS) <= PLACES * 2 ? head & 1 : 0
      this.#near[index] = (number << 1) | hasFurther
    }
    return at
  }

  /** Returns the index of the contribution in the place that is taken next, or 0. */
  oldestContribution(): number {
    return this.#places[(this.#next & MASK) * WIDTH + CONTRIBUTION] as number
  }

  /** Whether a place is in the older half. */
  isOld(at: number): boolean {
    return ((this.#next - 1 - at / WIDTH) & MASK) >= PLACES / 2
  }

  flags(at: number): number {
    return (this.#places[at + FLAGGED] as number) & FLAGS
  }

  addFlags(at: number, flags: number): void {
    this.#places[at + FLAGGED] = (this.#places[at + FLAGGED] as number) | flags
  }

  parentHigh(at: number): number {
    return this.#places[at + PARENT] as number
  }

  parentLow(at: number): number {
    return (this.#places[at + FLAGGED] as number) & ~FLAGS
  }

  /** Sets the parent of a place that has none. */
  setParent(at: number, high: number, low: number): void {
    this.#places[at + PARENT] = high
    this.#places[at + FLAGGED] = (this.#places[at + FLAGGED] as number) | low
  }

  /** Returns the index of a span's contribution, or 0. */
  contribution(at: number): number {
    return this.#places[at + CONTRIBUTION] as number
  }

  setContribution(at: number, index: number): void {
    this.#places[at + CONTRIBUTION] = index
  }
}

const headOf = (trace: number, high: number): number => (trace & (TRACES - 1)) * HEADS + (high >>> 28)
