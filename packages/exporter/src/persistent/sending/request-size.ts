import type { Part } from './job.ts'
import type { Answer } from './types.ts'

/** What was learned from a receiver does not make requests smaller than this, in bytes. */
const LEAST_REQUEST = 16 * 1024
/** So often in a row a request is lost before it is taken for the request's fault. */
const TOO_OFTEN = 3

const RESET = new Set(['ECONNRESET', 'EPIPE'])

/** How large requests may be, as far as the receiver is known, which may say so, or end connections without a word. */
export class RequestSize {
  #learned: number
  // While requests are lost without a word; it grows again with each that is answered.
  #tried = Number.POSITIVE_INFINITY
  #lost = 0
  #resetAlone = 0
  #resetAfterProof = 0

  constructor(most: number) {
    this.#learned = most
  }

  /** The most bytes of a request, as the settings and the receiver say. */
  get learned(): number {
    return this.#learned
  }

  /** The most bytes of the next request, unless one record has more. */
  get most(): number {
    return Math.min(this.#learned, this.#tried)
  }

  /** Whether a part has to be cut although it is a record, or what was left of one. */
  isTooLarge(part: Part): boolean {
    return part.spans > 1 && part.bytes > this.#tried
  }

  /**
   * The receiver found this too large, and took half of it. One that finds everything too large would make requests
   * of single spans for ever: only one that took the smaller part has said what it takes.
   */
  learn(tooLarge: number): void {
    this.#learned = Math.min(this.#learned, Math.max(LEAST_REQUEST, Math.floor(tooLarge / 2)))
  }

  /** A request was answered. */
  answered(): void {
    this.#lost = 0
    this.#resetAlone = 0
    this.#resetAfterProof = 0
    this.#tried = this.#tried * 2 < this.#learned ? this.#tried * 2 : Number.POSITIVE_INFINITY
  }

  /** A request failed: perhaps because of its size, where there was a connection and no word. */
  failed({ spans, bytes }: Part, { reason, status }: Answer & { kind: 'retry' }): void {
    if (status !== undefined || !(RESET.has(reason) || reason === 'timeout')) return
    if (spans > 1) {
      if (++this.#lost >= TOO_OFTEN || Number.isFinite(this.#tried)) this.#tried = Math.max(1, bytes / 2)
    } else if (RESET.has(reason)) {
      if (this.needsProof) this.#resetAfterProof++
      this.#resetAlone++
    }
  }

  /** Whether a single span was lost so often that it matters whether the receiver answers anything at all. */
  get needsProof(): boolean {
    return this.#resetAlone >= TOO_OFTEN
  }

  /** Whether a single span was reset so often just after an answer that it will not get through. */
  get isHopeless(): boolean {
    return this.#resetAfterProof >= TOO_OFTEN
  }
}
