import type { Fingerprint } from './fingerprint.ts'

/** How many spans a generation has: at least so many of the latest are remembered. */
export const MOST_SPANS = 1 << 15
const KEY = 4

/** What is known of a span. */
export const SEEN = 1
/** A span below it reports usage. */
export const USAGE_BELOW = 2
/** A span below it is an LLM call. */
export const LLM_BELOW = 4

/** The spans of one generation, in a table of open addressing that is at most half full. */
class Generation<T> {
  /** How many it takes; with 0 it is always empty. */
  readonly most: number
  /** Fingerprint of the span, fingerprint of its parent (0, 0: none). */
  readonly keys: Int32Array
  readonly flags: Uint8Array
  readonly notes: (T | undefined)[]
  readonly #mask: number
  count = 0

  constructor(most: number) {
    const size = Math.max(1, most * 2)
    this.most = most
    this.keys = new Int32Array(size * KEY)
    this.flags = new Uint8Array(size)
    this.notes = new Array<T | undefined>(size)
    this.#mask = size - 1
  }

  find(high: number, low: number): number {
    const { flags, keys } = this
    let slot = high & this.#mask
    while (flags[slot] !== 0 && (keys[slot * KEY] !== high || keys[slot * KEY + 1] !== low)) {
      slot = (slot + 1) & this.#mask
    }
    return slot
  }

  put(slot: number, high: number, low: number, flags: number): void {
    this.keys[slot * KEY] = high
    this.keys[slot * KEY + 1] = low
    this.keys[slot * KEY + 2] = 0
    this.keys[slot * KEY + 3] = 0
    this.flags[slot] = flags
    this.count++
  }

  clear(): void {
    this.flags.fill(0)
    this.notes.fill(undefined)
    this.count = 0
  }
}

/**
 * The spans that were seen lately, and parents that were only named: who is whose parent, and what is known from
 * below. Two generations, the older of which is forgotten as a whole.
 */
export class RecentSpans<T> {
  #young = new Generation<T>(0)
  #old = new Generation<T>(0)
  #seenIn = this.#young
  #seenAt = 0
  readonly #takeBack: (note: T, flags: number) => void

  /** @param takeBack called when what was counted of a span turns out to be reported below it: which flags are new */
  constructor(takeBack: (note: T, flags: number) => void) {
    this.#takeBack = takeBack
  }

  /**
   * Notes a span.
   *
   * @returns what is known from below it, or undefined where the span has been seen before
   */
  see(span: Fingerprint, parent: Fingerprint | undefined): number | undefined {
    if (this.#young.count >= this.#young.most - 1) this.#turn()
    let generation = this.#young
    let slot = generation.find(span.high, span.low)
    let flags = generation.flags[slot] as number
    if (flags === 0) {
      const before = this.#old.find(span.high, span.low)
      flags = this.#old.flags[before] as number
      if (flags === 0) generation.put(slot, span.high, span.low, SEEN)
      else {
        generation = this.#old
        slot = before
      }
    }
    if ((flags & SEEN) !== 0) return undefined
    generation.flags[slot] = flags | SEEN
    this.#seenIn = generation
    this.#seenAt = slot
    if (parent !== undefined) {
      generation.keys[slot * KEY + 2] = parent.high
      generation.keys[slot * KEY + 3] = parent.low
      if (flags !== 0) this.tell(parent.high, parent.low, flags)
    }
    return flags
  }

  /** Keeps what was counted of the span that was just seen, in case that it must be taken back. */
  note(note: T): void {
    this.#seenIn.notes[this.#seenAt] = note
  }

  /** Tells a span, and all above it that are known, what lies below them. Stops where it is known. */
  tell(high: number, low: number, what: number): void {
    let news = what
    while (news !== 0) {
      let generation = this.#young
      let slot = generation.find(high, low)
      if (generation.flags[slot] === 0) {
        const before = this.#old.find(high, low)
        if (this.#old.flags[before] === 0) {
          // It comes later, or never: then it is forgotten with the others.
          generation.put(slot, high, low, news)
          return
        }
        generation = this.#old
        slot = before
      }
      const flags = generation.flags[slot] as number
      news &= ~flags
      if (news === 0) return
      generation.flags[slot] = flags | news
      const note = generation.notes[slot]
      if (note !== undefined) this.#takeBack(note, news)
      if ((flags & SEEN) === 0) return
      high = generation.keys[slot * KEY + 2] as number
      low = generation.keys[slot * KEY + 3] as number
      if (high === 0 && low === 0) return
    }
  }

  #turn(): void {
    const forgotten = this.#old
    forgotten.clear()
    this.#old = this.#young
    // Made where they are needed: they take 1.6 MB each.
    this.#young = forgotten.most > 0 ? forgotten : new Generation(MOST_SPANS)
  }
}
