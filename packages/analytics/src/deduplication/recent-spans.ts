// Deduplication: a span that comes twice is counted once, and usage that a span and its parent report counts where it is
// deepest. This file remembers recent spans in `span-ring.ts`, by the hashes of `fingerprints.ts`.
// The span counter calls it; it calls `../totals/` to take a contribution back.

import { NO_MODEL } from '../totals/columns.ts'
import { Contribution } from '../totals/contribution.ts'
import { MODEL_WIDTH } from '../totals/fields.ts'
import type { Fingerprint } from './fingerprints.ts'
import { NOWHERE, SpanRing } from './span-ring.ts'

// Flags of a span, beside USAGE_BELOW and LLM_BELOW.

/** The span itself was seen, not only a child that names it as its parent. */
const SEEN = 1
/** It was seen with a session. One without may come again, once the exporter has backfilled its session. */
const COUNTED = 8

/**
 * The spans that were seen recently, and parents that only their children named. They show whether a span was counted
 * before, and whether its usage is reported below it too. At least the last 16,384 of both together are kept.
 */
export class RecentSpans {
  readonly #onReportedBelow: (contribution: Contribution, flags: number) => void
  readonly #contribution = new Contribution()
  readonly #contributions = new ContributionTable()
  // Allocated for the first span, because it takes 1.4 MB.
  #ring: SpanRing | undefined
  #current = 0

  /**
   * @param onReportedBelow called if what a span contributed turns out to be reported below it, with the new flags; it
   *   leaves in the contribution what still counts
   */
  constructor(onReportedBelow: (contribution: Contribution, flags: number) => void) {
    this.#onReportedBelow = onReportedBelow
  }

  /**
   * Adds a span, which is then the current one.
   *
   * @param trace the upper half of its trace's fingerprint
   * @param isCounted whether it has a session
   * @returns what is reported below it; undefined if the span is a repetition
   */
  add(
    trace: number,
    span: Fingerprint,
    parent: Fingerprint | undefined,
    isCounted: boolean,
  ): number | undefined {
    this.#ring ??= new SpanRing()
    const ring = this.#ring
    const { high, low } = span
    let at = ring.find(trace, high, low)
    const flags = isCounted ? SEEN | COUNTED : SEEN
    let known = 0
    if (at === NOWHERE) at = this.#take(ring, trace, high, low, flags)
    else {
      known = ring.flags(at)
      if ((known & SEEN) !== 0) return this.#addAgain(ring, at, known, flags)
      at = this.#refresh(ring, at, trace, high, low, known | flags)
    }
    this.#current = at
    if (parent !== undefined) {
      ring.setParent(at, parent.high, parent.low)
      if (known !== 0) this.reportBelow(trace, parent.high, parent.low, known)
    }
    return known
  }

  #addAgain(ring: SpanRing, at: number, known: number, flags: number): number | undefined {
    if ((flags & ~known) === 0) return undefined
    ring.addFlags(at, flags)
    this.#current = at
    return known
  }

  /** Keeps what the current span contributed, in case it turns out to be reported below it. */
  keepContribution(contribution: Contribution): void {
    this.#ring?.setContribution(this.#current, this.#contributions.add(contribution))
  }

  /** Propagates to a span and its known ancestors what is reported below them, up to one that has the flags. */
  reportBelow(trace: number, high: number, low: number, flags: number): void {
    const ring = this.#ring
    if (ring === undefined) return
    let [atHigh, atLow, added] = [high, low, flags]
    for (;;) {
      const at = ring.find(trace, atHigh, atLow)
      if (at === NOWHERE) {
        // The span ends later, or never.
        this.#take(ring, trace, atHigh, atLow, added)
        return
      }
      const known = ring.flags(at)
      if ((known & SEEN) === 0) {
        // A parent whose children still end must not be removed.
        this.#refresh(ring, at, trace, atHigh, atLow, known | added)
        return
      }
      added &= ~known
      if (added === 0) return
      ring.addFlags(at, added)
      const index = ring.contribution(at)
      if (index !== 0) {
        this.#contributions.read(index, this.#contribution)
        this.#onReportedBelow(this.#contribution, added)
        this.#contributions.write(index, this.#contribution)
      }
      atHigh = ring.parentHigh(at)
      atLow = ring.parentLow(at)
      if (atHigh === 0 && atLow === 0) return
    }
  }

  /** Adds flags to a parent that was only named, and moves it to a new place if its place is taken soon. */
  #refresh(ring: SpanRing, at: number, trace: number, high: number, low: number, flags: number): number {
    if (ring.isOld(at)) return this.#take(ring, trace, high, low, flags)
    ring.addFlags(at, flags)
    return at
  }

  #take(ring: SpanRing, trace: number, high: number, low: number, flags: number): number {
    const index = ring.oldestContribution()
    if (index !== 0) this.#contributions.remove(index)
    return ring.take(trace, high, low, flags)
  }
}

/** Row, birth and bucket, then the numbers. */
const WIDTH = 3 + MODEL_WIDTH
const INITIAL_ROOM = 256

/** The contributions of recent spans, in columns: the garbage collector would copy objects that live as long. */
class ContributionTable {
  #numbers = new Float64Array(0)
  readonly #models: string[] = []
  readonly #free: number[] = []
  #size = 0

  /** Adds a contribution and returns its index, from 1. */
  add(contribution: Contribution): number {
    const index = this.#free.pop() ?? ++this.#size
    const at = (index - 1) * WIDTH
    if (at === this.#numbers.length) this.#grow()
    this.#models[index - 1] = contribution.model
    this.#write(at, contribution)
    return index
  }

  read(index: number, into: Contribution): void {
    const at = (index - 1) * WIDTH
    into.row = this.#numbers[at] as number
    into.birth = this.#numbers[at + 1] as number
    into.bucket = this.#numbers[at + 2] as number
    into.model = this.#models[index - 1] as string
    into.numbers.set(this.#numbers.subarray(at + 3, at + WIDTH))
  }

  write(index: number, contribution: Contribution): void {
    this.#write((index - 1) * WIDTH, contribution)
  }

  remove(index: number): void {
    this.#models[index - 1] = NO_MODEL
    this.#free.push(index)
  }

  #grow(): void {
    const larger = new Float64Array(Math.max(INITIAL_ROOM * WIDTH, this.#numbers.length * 2))
    larger.set(this.#numbers)
    this.#numbers = larger
  }

  #write(at: number, contribution: Contribution): void {
    const numbers = this.#numbers
    numbers[at] = contribution.row
    numbers[at + 1] = contribution.birth
    numbers[at + 2] = contribution.bucket
    for (let index = 0; index < MODEL_WIDTH; index++) {
      numbers[at + 3 + index] = contribution.numbers[index] as number
    }
  }
}
