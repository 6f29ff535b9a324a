import type { Fingerprint } from '../fingerprint.ts'
import { Ledger } from '../ledger.ts'
import { Work } from '../totals/contribution.ts'
import { NOWHERE, SpanRing } from './span-ring.ts'

/** It has come. */
const SEEN = 1
/** It has come with a session: one that had none may come again, once the gate has filled it in. */
const COUNTED = 8

/**
 * The spans that were seen lately, and parents that were only named: who is whose parent, and what is known from
 * below. At least the latest 16,384 of both together are remembered.
 */
export class RecentSpans {
  readonly #takeBack: (work: Work, flags: number) => void
  readonly #work = new Work()
  readonly #ledger = new Ledger()
  // Made where it is needed: it takes 1.4 MB.
  #ring: SpanRing | undefined
  #seenAt = 0

  /** @param takeBack called when what was counted of a span turns out to be reported below it, with the flags that are
   *   new; what it leaves in `work` still counts */
  constructor(takeBack: (work: Work, flags: number) => void) {
    this.#takeBack = takeBack
  }

  /**
   * Notes a span.
   *
   * @param trace the upper half of its trace's fingerprint
   * @param isCounted whether it has a session
   * @returns what is known from below it, or undefined where it has been counted before, or comes again uncounted
   */
  see(
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
      if ((known & SEEN) !== 0) return this.#seeAgain(ring, at, known, flags)
      at = this.#refresh(ring, at, trace, high, low, known | flags)
    }
    this.#seenAt = at
    if (parent !== undefined) {
      ring.setParent(at, parent.high, parent.low)
      if (known !== 0) this.tell(trace, parent.high, parent.low, known)
    }
    return known
  }

  #seeAgain(ring: SpanRing, at: number, known: number, flags: number): number | undefined {
    if ((flags & ~known) === 0) return undefined
    ring.addFlags(at, flags)
    this.#seenAt = at
    return known
  }

  /** Keeps what was counted of the span that was just seen, in case that it must be taken back. */
  note(work: Work): void {
    this.#ring?.setNote(this.#seenAt, this.#ledger.add(work))
  }

  /** Tells a span, and all above it that are known, what lies below them. Stops where it is known. */
  tell(trace: number, high: number, low: number, what: number): void {
    const ring = this.#ring
    if (ring === undefined) return
    let [atHigh, atLow, news] = [high, low, what]
    for (;;) {
      const at = ring.find(trace, atHigh, atLow)
      if (at === NOWHERE) {
        // It comes later, or never.
        this.#take(ring, trace, atHigh, atLow, news)
        return
      }
      const known = ring.flags(at)
      if ((known & SEEN) === 0) {
        // One that is still heard of is not forgotten.
        this.#refresh(ring, at, trace, atHigh, atLow, known | news)
        return
      }
      news &= ~known
      if (news === 0) return
      ring.addFlags(at, news)
      const note = ring.note(at)
      if (note !== 0) {
        this.#ledger.read(note, this.#work)
        this.#takeBack(this.#work, news)
        this.#ledger.write(note, this.#work)
      }
      atHigh = ring.parentHigh(at)
      atLow = ring.parentLow(at)
      if (atHigh === 0 && atLow === 0) return
    }
  }

  /** Gives a span that was only named its flags, and a new place where the one that it has goes soon. */
  #refresh(ring: SpanRing, at: number, trace: number, high: number, low: number, flags: number): number {
    if (ring.isOld(at)) return this.#take(ring, trace, high, low, flags)
    ring.addFlags(at, flags)
    return at
  }

  #take(ring: SpanRing, trace: number, high: number, low: number, flags: number): number {
    const note = ring.noteThatGoes()
    if (note !== 0) this.#ledger.drop(note)
    return ring.take(trace, high, low, flags)
  }
}
