import { type Fingerprint, FLAGS } from './fingerprint.ts'
import { Ledger } from './ledger.ts'

import { Work } from './work.ts'

/** How many spans a generation has: at least so many of the latest are remembered. */
const MOST_SPANS = 1 << 14
/** Words of a place: the span's fingerprint, and its parent's (0: none) with what is known of the span. */
const WIDTH = 4

const SEEN = 1
/** The spans of one generation, in a table of open addressing that is at most half full. One place is one cache line. */
class Generation {
  /** How many it takes; with 0 it is always empty. */
  readonly most: number
  readonly places: Int32Array
  /** Where in the ledger it is what was counted of a span, from 1. */
  readonly notes: Int32Array
  readonly ledger = new Ledger()
  readonly #mask: number
  count = 0

  constructor(most: number) {
    const size = Math.max(1, most * 2)
    this.most = most
    this.places = new Int32Array(size * WIDTH)
    this.notes = new Int32Array(size)
    this.#mask = size * WIDTH - 1
  }

  /** The place of a span, or the empty one where it would be. */
  find(high: number, low: number): number {
    const { places } = this
    const mask = this.#mask
    let at = (high * WIDTH) & mask
    while (places[at + 3] !== 0 && (places[at] !== high || places[at + 1] !== low)) at = (at + WIDTH) & mask
    return at
  }

  put(at: number, high: number, low: number, flags: number): void {
    this.places[at] = high
    this.places[at + 1] = low
    this.places[at + 2] = 0
    this.places[at + 3] = flags
    this.count++
  }

  flags(at: number): number {
    return (this.places[at + 3] as number) & FLAGS
  }

  clear(): void {
    this.places.fill(0)
    this.notes.fill(0)
    this.ledger.clear()
    this.count = 0
  }
}

/**
 * The spans that were seen lately, and parents that were only named: who is whose parent, and what is known from
 * below. Two generations, the older of which is forgotten as a whole.
 */
export class RecentSpans {
  readonly #takeBack: (work: Work, flags: number) => void
  readonly #work = new Work()
  #young = new Generation(0)
  #old = new Generation(0)
  #seenIn = this.#young
  #seenAt = 0

  /** @param takeBack called when what was counted of a span turns out to be reported below it, with the flags that are
   *   new; what it leaves in `work` still counts */
  constructor(takeBack: (work: Work, flags: number) => void) {
    this.#takeBack = takeBack
  }

  /**
   * Notes a span.
   *
   * @returns what is known from below it, or undefined where the span has been seen before
   */
  see(span: Fingerprint, parent: Fingerprint | undefined): number | undefined {
    // One place is left for a parent that is named by this span.
    if (this.#young.count >= this.#young.most - 1) this.#turn()
    let generation = this.#young
    let at = generation.find(span.high, span.low)
    let known = generation.flags(at)
    if (known === 0) {
      const before = this.#old.find(span.high, span.low)
      known = this.#old.flags(before)
      if (known === 0) generation.put(at, span.high, span.low, SEEN)
      else {
        generation = this.#old
        at = before
      }
    }
    if ((known & SEEN) !== 0) return undefined
    this.#seenIn = generation
    this.#seenAt = at
    if (parent === undefined) {
      generation.places[at + 3] = known | SEEN
    } else {
      generation.places[at + 2] = parent.high
      generation.places[at + 3] = parent.low | known | SEEN
      if (known !== 0) this.tell(parent.high, parent.low, known)
    }
    return known
  }

  /** Keeps what was counted of the span that was just seen, in case that it must be taken back. */
  note(work: Work): void {
    this.#seenIn.notes[this.#seenAt / WIDTH] = this.#seenIn.ledger.add(work)
  }

  /** Tells a span, and all above it that are known, what lies below them. Stops where it is known. */
  tell(high: number, low: number, what: number): void {
    let [atHigh, atLow, news] = [high, low, what]
    for (;;) {
      let generation = this.#young
      let at = generation.find(atHigh, atLow)
      if (generation.flags(at) === 0) {
        const before = this.#old.find(atHigh, atLow)
        const known = this.#old.flags(before)
        if ((known & SEEN) === 0) {
          // It comes later, or never. One that is still heard of is not forgotten with its generation.
          generation.put(at, atHigh, atLow, known | news)
          return
        }
        generation = this.#old
        at = before
      }
      const word = generation.places[at + 3] as number
      news &= ~word
      if (news === 0) return
      generation.places[at + 3] = word | news
      const note = generation.notes[at / WIDTH] as number
      if (note !== 0) {
        generation.ledger.read(note, this.#work)
        this.#takeBack(this.#work, news)
        generation.ledger.write(note, this.#work)
      }
      if ((word & SEEN) === 0) return
      atHigh = generation.places[at + 2] as number
      atLow = word & ~FLAGS
      if (atHigh === 0 && atLow === 0) return
    }
  }

  #turn(): void {
    const forgotten = this.#old
    forgotten.clear()
    this.#old = this.#young
    // Made where they are needed: they take 0.7 MB each.
    this.#young = forgotten.most > 0 ? forgotten : new Generation(MOST_SPANS)
  }
}
