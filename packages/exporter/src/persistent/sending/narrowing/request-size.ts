import type { Part, RetryAnswer } from '../types.ts'
import { type Evidence, rateOf } from './evidence.ts'

/** The smallest limit that 413 can set, in bytes. */
const LEAST_REQUEST_BYTES = 16 * 1024
/** After so many failures of one size at least, requests get smaller. */
const MANY = 2
/** After so many accepted requests, a size that has failed is tried again; after twice as many if it fails again. */
const TRIED_AGAIN = 32
const LATEST_TRIED_AGAIN = 1024
/** A size is too large once its failures have at most this chance to be accidents. */
const CHANCE = 1e-4
/** Where there is little time, a size is given up sooner, and tried again sooner: there are few requests to learn from. */
const CHANCE_HURRIED = 0.04
const TRIED_AGAIN_HURRIED = 4
/** How many requests are remembered. */
const MEMORY = 64

type KnownFailures = Pick<
  Evidence,
  'areAccidentsRare' | 'failureRateBelow' | 'hasTimedOut' | 'hurry' | 'noteAccepted' | 'isCause' | 'timedOut'
>

interface Outcome {
  readonly bytes: number
  /** How many requests had been accepted when it failed; undefined if it was accepted. */
  readonly failedAt: number | undefined
}

/**
 * How large requests may be. The endpoint answers 413 to a larger one, and then half of that is tried. While requests
 * fail, each attempt is half as large as the one before: that costs nothing in an outage, and finds what arrives if
 * spans or the size are the cause. A size that fails again and again, while smaller requests with the same spans are
 * accepted, is not sent for a while.
 */
export class RequestSize {
  readonly #evidence: KnownFailures
  #limit: number
  // Below the limit while requests fail; doubles with each answer.
  #reduced = Number.POSITIVE_INFINITY
  #failures = 0
  #isHurried = false
  // The most that does not fail because of its size, as far as is known.
  #learned = Number.POSITIVE_INFINITY
  // What was learned before a larger size was tried again.
  #untilTrial = Number.POSITIVE_INFINITY
  #triedAgain = TRIED_AGAIN
  #acceptedSince = 0
  #outcomes: Outcome[] = []

  constructor(limit: number, evidence: KnownFailures) {
    this.#evidence = evidence
    this.#limit = limit
  }

  /** The most bytes of a request, by the settings and the endpoint's answers. */
  get limit(): number {
    return this.#limit
  }

  /** The most bytes of a batch, unless a single record has more. */
  get batchLimit(): number {
    return Math.min(this.#limit, this.#learned)
  }

  /** Whether requests are smaller than a batch, because they fail. */
  get isReduced(): boolean {
    return Number.isFinite(this.#reduced)
  }

  /** Whether there is little time, so that failures have to be few, and only few of them are accidents. */
  get isHurried(): boolean {
    return this.#isHurried && this.#evidence.areAccidentsRare
  }

  /** Whether a part has to be split, although it is a single record or a part of one. */
  isTooLarge({ spans, bytes }: Part, isApart: boolean): boolean {
    const reduced = isApart && !this.#isHurried ? Number.POSITIVE_INFINITY : this.#reduced
    return spans > 1 && bytes > Math.min(reduced, this.#learned)
  }

  /**
   * The endpoint found this size too large, and then accepted a smaller part. Only then does the limit
   * change: an endpoint that finds everything too large would otherwise get single spans forever.
   */
  learn(tooLarge: number): void {
    this.#limit = Math.min(this.#limit, Math.max(LEAST_REQUEST_BYTES, Math.floor(tooLarge / 2)))
  }

  /**
   * A request of this size failed or was refused, and then all of it arrived in parts: by accident, or its size was the
   * cause.
   *
   * @param failures how often
   * @param failedAt how many requests had been accepted before; failures without one between them are one outage
   */
  arrivedInParts(bytes: number, failures: number, failedAt: number): void {
    this.#remember({ bytes, failedAt }, failures)
    const lastAccepted = this.#outcomes.findLastIndex(
      (one) => one.failedAt === undefined && one.bytes >= bytes,
    )
    const since = this.#outcomes.slice(lastAccepted + 1)
    const failed = since.filter((one) => one.bytes >= bytes && one.bytes < 2 * bytes)
    const outages = new Set(failed.map((one) => one.failedAt)).size
    const smaller = this.#outcomes.filter((one) => one.bytes < bytes)
    const accidents = smaller.filter((one) => one.failedAt !== undefined).length
    // With few requests, failures of spans that have not arrived yet count as well.
    const isCause = this.#isHurried
      ? this.#evidence.hasTimedOut || this.#evidence.failureRateBelow(bytes) ** outages <= CHANCE_HURRIED
      : rateOf(accidents, smaller.length - accidents) ** outages <= CHANCE
    if (!isCause) return
    this.#learned = Math.min(this.#learned, Math.floor(bytes / 2))
    this.#untilTrial = Number.POSITIVE_INFINITY
    this.#acceptedSince = 0
  }

  /**
   * A request of this size was accepted.
   *
   * @param failures how often it had failed before
   */
  accepted(bytes: number, failures: number): void {
    this.#evidence.noteAccepted(bytes)
    this.#remember({ bytes, failedAt: -1 }, failures)
    this.#remember({ bytes, failedAt: undefined }, 1)
    if (bytes > this.#untilTrial) {
      this.#untilTrial = Number.POSITIVE_INFINITY
      this.#triedAgain = TRIED_AGAIN
    }
    // Where half of all requests fail by accident, sizes that only doubled would hardly grow.
    if (this.#isHurried) this.#reduced = Math.max(this.#reduced, doubled(2 * bytes, this.#limit))
    if (!Number.isFinite(this.#learned) || ++this.#acceptedSince < this.#triedAgain) return
    this.#acceptedSince = 0
    this.#untilTrial = Math.min(this.#untilTrial, this.#learned)
    this.#learned = doubled(this.#learned, this.#limit)
  }

  /** From now on requests get smaller after fewer failures, and grow faster: what does not arrive in time is left. */
  hurry(): void {
    this.#isHurried = true
    this.#triedAgain = TRIED_AGAIN_HURRIED
    this.#evidence.hurry()
  }

  /** A request was answered. */
  answered(): void {
    this.#failures = 0
    this.#reduced = doubled(this.#reduced, this.#limit)
  }

  /**
   * A request failed, perhaps because of its size or its spans.
   *
   * @returns whether this or a later one is smaller than what failed first
   */
  failed({ spans, bytes }: Part, { afterMillis, reason }: RetryAnswer): boolean {
    if (this.#isHurried && reason === 'timeout') this.#evidence.timedOut()
    if (bytes > this.#untilTrial) {
      this.#learned = this.#untilTrial
      this.#untilTrial = Number.POSITIVE_INFINITY
      this.#triedAgain = Math.min(LATEST_TRIED_AGAIN, this.#triedAgain * 2)
      this.#acceptedSince = 0
      return spans > 1
    }
    this.#failures++
    const least = this.#isHurried ? 1 : MANY
    const isCause = this.#failures >= least && this.#evidence.isCause(this.#failures)
    // After a long wait no attempt may be wasted.
    if (isCause || afterMillis) {
      this.#failures = 0
      if (spans > 1) this.#reduced = Math.max(1, bytes / (this.isHurried ? 4 : 2))
    }
    return spans > 1 && this.isReduced
  }

  #remember(outcome: Outcome, times: number): void {
    this.#outcomes = [...this.#outcomes, ...Array(times).fill(outcome)].slice(-MEMORY)
  }
}

const doubled = (bytes: number, limit: number): number =>
  bytes * 2 < limit ? bytes * 2 : Number.POSITIVE_INFINITY
