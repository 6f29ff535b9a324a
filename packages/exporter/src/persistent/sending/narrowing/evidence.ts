import type { RetryAnswer } from '../types.ts'

/** A span is undeliverable after so many failures at least. */
const FAILURES_OF_A_SPAN = 5
/** The chance at which a span that fails so often by accident is rejected. */
const CHANCE = 1e-6
/** The chance at which a part that fails so often by accident is split. */
const CHANCE_OF_A_PART = 0.25
/** After so many requests, older ones count half. */
const MEMORY = 256
const SHORT_MEMORY = 32
/** Accidents are rare where at most this share of all requests fails … */
const RARE = 0.2
/** … or at most this share of those that are sent again is accepted. */
const RARELY_ACCEPTED = 0.15

interface Piece {
  /** What it is a half of. */
  readonly origin: Piece | undefined
  /** How often it failed before. */
  readonly failures: number
  readonly bytes: number
}

/** Counts two outcomes. Older ones count less. */
class Tally {
  readonly #memory: number
  #failures = 0
  #successes = 0

  constructor(memory: number) {
    this.#memory = memory
  }

  get count(): number {
    return this.#failures + this.#successes
  }

  /** The share of failures. */
  get rate(): number {
    return rateOf(this.#failures, this.#successes)
  }

  add(failures: number, successes: number): void {
    this.#failures += failures
    this.#successes += successes
    if (this.count < this.#memory) return
    this.#failures /= 2
    this.#successes /= 2
  }
}

/** What requests of all batches show: whether the endpoint accepts others, and how often requests fail by accident. */
export class Evidence {
  #accepted = 0
  // Failures after which all of the same spans were accepted, and requests that were answered.
  readonly #accidents = new Tally(MEMORY)
  // All failures, whatever the reason is, and requests that were accepted.
  readonly #requests = new Tally(SHORT_MEMORY)
  // What had failed before, and failed again or was accepted.
  readonly #again = new Tally(SHORT_MEMORY)
  #failedAgainAt = 0
  // The latest requests.
  #sizes: { readonly bytes: number; readonly hasFailed: boolean }[] = []
  #isHurried = false
  #hasTimedOut = false
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
    this.#accidents.add(accidents, 1)
    this.#requests.add(0, 1)
    if (accidents > 0) this.#again.add(0, 1)
    this.#failed = undefined
    this.#severalFail = false
  }

  /** Notes that an empty request was answered. */
  addAnswered(): void {
    this.#accidents.add(0, 1)
  }

  /** Notes that a request failed. */
  addFailed(part: Piece): void {
    this.#severalFail = !this.failsAlone(part)
    this.#failed = part
    this.#requests.add(1, 0)
    this.#noteSize(part.bytes, true)
    // In an outage, everything fails again and again: that says nothing.
    if (part.failures === 0 || this.#accepted <= this.#failedAgainAt) return
    this.#failedAgainAt = this.#accepted
    this.#again.add(1, 0)
  }

  /** Whether a request of the shutdown got no answer in time. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut
  }

  /** Notes that a request of the shutdown got no answer in time: there is no time for a second such failure. */
  timedOut(): void {
    this.#hasTimedOut = true
  }

  /** From now on there is little time: after two failures at most, a part is to be split. */
  hurry(): void {
    this.#isHurried = true
  }

  /** Whether nothing but this part, and what it is a part of, has failed since a request was accepted. */
  failsAlone(part: Piece): boolean {
    return !this.#severalFail && (this.#failed === undefined || isPartOf(part, this.#failed))
  }

  /** Whether a part that has failed so often is to be split: this is probably no accident. */
  isCause(failures: number): boolean {
    if (this.#isHurried) return failures >= (this.areAccidentsRare ? 1 : 2)
    return this.#rate ** failures <= CHANCE_OF_A_PART
  }

  /** How often a span has to fail, while others are accepted, until this is no accident. */
  get failuresNeeded(): number {
    const rate = this.#rate
    // Two standard deviations more, because the rate is an estimate.
    const highest = rate + 2 * Math.sqrt((rate * (1 - rate)) / (this.#accidents.count + 1))
    return Math.max(FAILURES_OF_A_SPAN, Math.ceil(Math.log(CHANCE) / Math.log(Math.min(0.95, highest))))
  }

  /** Whether a request that fails does so by accident only rarely, as far as is known. */
  get areAccidentsRare(): boolean {
    if (this.#accepted === 0 || this.#hasTimedOut) return true
    return this.#requests.rate <= RARE || this.#again.rate >= 1 - RARELY_ACCEPTED
  }

  /** How often requests that are smaller than this fail, whatever the reason is. */
  failureRateBelow(bytes: number): number {
    const smaller = this.#sizes.filter((one) => one.bytes < bytes)
    const failures = smaller.filter(({ hasFailed }) => hasFailed).length
    return rateOf(failures, smaller.length - failures)
  }

  /** Notes how large a request was that was accepted. */
  noteAccepted(bytes: number): void {
    this.#noteSize(bytes, false)
  }

  #noteSize(bytes: number, hasFailed: boolean): void {
    this.#sizes = [...this.#sizes, { bytes, hasFailed }].slice(-SHORT_MEMORY)
  }

  get #rate(): number {
    return this.#accidents.rate
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
