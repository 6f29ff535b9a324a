import type { RetryAnswer } from '../types.ts'

/** A span is undeliverable after so many failures at least. */
const FAILURES_OF_A_SPAN = 5
/** The chance at which a span that fails so often by accident is rejected. */
const CHANCE = 1e-6
/** The chance at which a part that fails so often by accident is split. */
const CHANCE_OF_A_PART = 0.25
/** After so many requests, older ones count half. */
const MEMORY = 256

interface Piece {
  /** What it is a half of. */
  readonly origin: Piece | undefined
}

/** What requests of all batches show: whether the endpoint accepts others, and how often requests fail by accident. */
export class Evidence {
  #accepted = 0
  #successes = 0
  #accidents = 0
  /** What failed last since a request was accepted. */
  #failed: Piece | undefined
  #severalFail = false

  /** How many requests with spans were accepted so far. */
  get accepted(): number {
    return this.#accepted
  }

  /**
   * Notes that a request with spans was accepted.
   *
   * @param accidents how many requests with the same spans had failed before
   */
  addAccepted(accidents: number): void {
    this.#accepted++
    this.#accidents += accidents
    this.#failed = undefined
    this.#severalFail = false
    this.addAnswered()
  }

  /** Notes that an empty request was answered. */
  addAnswered(): void {
    this.#successes++
    if (this.#successes + this.#accidents < MEMORY) return
    this.#successes /= 2
    this.#accidents /= 2
  }

  /** Notes that a request failed. */
  addFailed(part: Piece): void {
    this.#severalFail = !this.failsAlone(part)
    this.#failed = part
  }

  /** Whether nothing but this part, and what it is a part of, has failed since a request was accepted. */
  failsAlone(part: Piece): boolean {
    return !this.#severalFail && (this.#failed === undefined || isPartOf(part, this.#failed))
  }

  /** Whether a part that has failed so often is to be split: this is probably no accident. */
  isCause(failures: number): boolean {
    return this.#rate ** failures <= CHANCE_OF_A_PART
  }

  /** How often a span has to fail, while others are accepted, until this is no accident. */
  get failuresNeeded(): number {
    const rate = this.#rate
    // Two standard deviations more, because the rate is an estimate.
    const highest = rate + 2 * Math.sqrt((rate * (1 - rate)) / (this.#successes + this.#accidents + 1))
    return Math.max(FAILURES_OF_A_SPAN, Math.ceil(Math.log(CHANCE) / Math.log(Math.min(0.95, highest))))
  }

  get #rate(): number {
    return rateOf(this.#accidents, this.#successes)
  }
}

/** How often requests fail by accident, after these failures and successes. */
export const rateOf = (failures: number, successes: number): number =>
  (failures + 0.5) / (successes + failures + 1)

function isPartOf(part: Piece, whole: Piece): boolean {
  for (let one: Piece | undefined = part; one !== undefined; one = one.origin) if (one === whole) return true
  return false
}

const STATUSES = new Set([502, 503, 504])
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'timeout', 'closed'])

/** Whether the spans of a request may be the reason why it fails: there was a connection, and the endpoint did not ask for fewer requests. */
export const mayBeOfSpans = ({ status, reason }: RetryAnswer): boolean =>
  status === undefined ? BROKEN.has(reason) || reason.startsWith('HPE_') : STATUSES.has(status)
