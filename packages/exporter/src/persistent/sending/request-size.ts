import type { Part, RetryAnswer } from './types.ts'

/** The smallest limit that answers of the endpoint can set, in bytes. */
const LEAST_REQUEST_BYTES = 16 * 1024
/** After so many failures in a row, requests get smaller. */
const MANY = 3
/** After so many accepted requests, a size that has failed is tried again. */
const TRIED_AGAIN = 32

/**
 * How large requests may be. The endpoint answers 413 to a larger one, and then half of that is tried. While requests
 * fail, each attempt is half as large as the one before, by turns from the beginning and from the end of the batch:
 * that costs nothing in an outage, and finds what arrives if spans or the size are the cause.
 */
export class RequestSize {
  #limit: number
  // Below the limit while requests fail; doubles with each answer.
  #reduced = Number.POSITIVE_INFINITY
  #failures = 0
  // How many failures in a row make requests smaller.
  #patience = MANY
  #isFromEnd = true
  // A larger request failed repeatedly, and then arrived in two halves.
  #seen = Number.POSITIVE_INFINITY
  #acceptedSince = 0
  // The size of the last of many failures in a row.
  #failedBytes = Number.POSITIVE_INFINITY

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The most bytes of a request, by the settings and the endpoint's answers. */
  get limit(): number {
    return this.#limit
  }

  /** The most bytes of a batch, unless a single record has more. */
  get batchLimit(): number {
    const limit = Math.min(this.#limit, this.#seen)
    // To send what is at the end, all has to be there.
    return this.isFromEnd ? limit : Math.min(limit, this.#reduced)
  }

  /** Whether the next request is taken from the end of a batch. */
  get isFromEnd(): boolean {
    return this.#isFromEnd && Number.isFinite(this.#reduced)
  }

  /** Whether a part has to be split, although it is a single record or a part of one. */
  isTooLarge(part: Part): boolean {
    return part.spans > 1 && part.bytes > Math.min(this.#reduced, this.#seen)
  }

  /**
   * The endpoint found this size too large, and then accepted a smaller part. Only then does the limit
   * change: an endpoint that finds everything too large would otherwise get single spans forever.
   */
  learn(tooLarge: number): void {
    this.#limit = Math.min(this.#limit, Math.max(LEAST_REQUEST_BYTES, Math.floor(tooLarge / 2)))
  }

  /** A request of this size was refused or failed repeatedly, and then arrived in parts: its size was the cause. */
  suspect(bytes: number): void {
    this.#seen = Math.min(this.#seen, Math.max(LEAST_REQUEST_BYTES, Math.floor(bytes / 2)))
    this.#acceptedSince = 0
  }

  /** A request of this size was accepted. */
  accepted(bytes: number): void {
    // About twice as much has just failed.
    if (this.#failedBytes > bytes && this.#failedBytes < bytes * 3) this.suspect(this.#failedBytes)
    this.#failedBytes = Number.POSITIVE_INFINITY
    if (Number.isFinite(this.#seen) && ++this.#acceptedSince >= TRIED_AGAIN) {
      this.#acceptedSince = 0
      this.#seen = doubled(this.#seen, this.#limit)
    }
  }

  /** From now on the first failure makes requests smaller: what does not arrive soon is lost. */
  hurry(): void {
    this.#patience = 1
  }

  /** A request was answered. */
  answered(): void {
    this.#failures = 0
    this.#reduced = doubled(this.#reduced, this.#limit)
  }

  /**
   * A request failed, perhaps because of its size or its spans.
   *
   * @returns whether the next one is smaller
   */
  failed({ spans, bytes }: Part, { afterMillis }: RetryAnswer): boolean {
    // After a long wait no attempt may be wasted.
    this.#failures += afterMillis ? MANY : 1
    if (this.#failures < this.#patience) return false
    this.#failedBytes = bytes
    this.#isFromEnd = !this.#isFromEnd
    if (spans > 1) this.#reduced = Math.max(1, bytes / 2)
    return spans > 1
  }
}

const doubled = (bytes: number, limit: number): number =>
  bytes * 2 < limit ? bytes * 2 : Number.POSITIVE_INFINITY
