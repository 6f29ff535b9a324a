import type { RetryAnswer } from './types.ts'

/** What one request consists of. */
export interface Part {
  readonly bodies: readonly Buffer[]
  readonly spans: number
  /** Before compression. */
  readonly bytes: number
}

/** What was learned never makes requests smaller than this, in bytes. */
const LEAST_REQUEST_BYTES = 16 * 1024
/** After so many losses in a row, the size of the request is taken for the cause. */
const MANY = 3

const RESET = new Set(['ECONNRESET', 'EPIPE'])

/**
 * How large requests may be. The endpoint may say so (413); or it, or a proxy, resets connections or does not answer,
 * and requests are made smaller until it answers again.
 */
export class RequestSize {
  #limit: number
  // Below the limit while requests are lost without an answer; doubles with each answer.
  #reduced = Number.POSITIVE_INFINITY
  #lost = 0
  #resetsOfOneSpan = 0
  #resetsAfterProbe = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The most bytes of a request, by the settings and the endpoint's answers. */
  get limit(): number {
    return this.#limit
  }

  /** The most bytes of the next request, unless a single record has more. */
  get nextLimit(): number {
    return Math.min(this.#limit, this.#reduced)
  }

  /** Whether a part has to be split, although it is a single record or a part of one. */
  isTooLarge(part: Part): boolean {
    return part.spans > 1 && part.bytes > this.#reduced
  }

  /**
   * The endpoint found this size too large, and then accepted a smaller part. Only then is anything learned: an
   * endpoint that finds everything too large would otherwise get single spans forever.
   */
  learn(tooLarge: number): void {
    this.#limit = Math.min(this.#limit, Math.max(LEAST_REQUEST_BYTES, Math.floor(tooLarge / 2)))
  }

  /** A request was answered. */
  answered(): void {
    this.#lost = 0
    this.#resetsOfOneSpan = 0
    this.#resetsAfterProbe = 0
    this.#reduced = this.#reduced * 2 < this.#limit ? this.#reduced * 2 : Number.POSITIVE_INFINITY
  }

  /** A request failed: perhaps because of its size, if there was a connection and no answer. */
  failed({ spans, bytes }: Part, { reason, status }: RetryAnswer): void {
    if (status !== undefined || !(RESET.has(reason) || reason === 'timeout')) return
    if (spans > 1) {
      if (++this.#lost >= MANY || Number.isFinite(this.#reduced)) this.#reduced = Math.max(1, bytes / 2)
    } else if (RESET.has(reason)) {
      if (this.needsProbe) this.#resetsAfterProbe++
      this.#resetsOfOneSpan++
    }
  }

  /** Whether a single span was reset so often that it matters whether the endpoint answers anything at all. */
  get needsProbe(): boolean {
    return this.#resetsOfOneSpan >= MANY
  }

  /** Whether a single span was reset so often, each time after an answered probe, that it will never arrive. */
  get isUndeliverable(): boolean {
    return this.#resetsAfterProbe >= MANY
  }
}
