import type { RetryAnswer } from './types.ts'

/** A span is undeliverable after so many failures at least. */
const FAILURES_OF_A_SPAN = 5
/** The chance at which a span that fails so often by accident is rejected. */
const CHANCE = 1e-6
/** After so many requests, older ones count half. */
const MEMORY = 64

/** What requests of all batches show: whether the endpoint accepts others, and how often requests fail by accident. */
export class Evidence {
  #accepted = 0
  #successes = 0
  #accidents = 0

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
    this.addAnswered()
  }

  /** Notes that an empty request was answered. */
  addAnswered(): void {
    this.#successes++
    if (this.#successes + this.#accidents < MEMORY) return
    this.#successes /= 2
    this.#accidents /= 2
  }

  /** How often a span has to fail, while others are accepted, until this is no accident. */
  get failuresNeeded(): number {
    const rate = (this.#accidents + 0.5) / (this.#successes + this.#accidents + 1)
    return Math.max(FAILURES_OF_A_SPAN, Math.ceil(Math.log(CHANCE) / Math.log(rate)))
  }
}

const STATUSES = new Set([502, 503, 504])
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'timeout', 'closed'])

/** Whether the spans of a request may be the reason why it fails: there was a connection, and the endpoint did not ask for fewer requests. */
export const mayBeOfSpans = ({ status, reason }: RetryAnswer): boolean =>
  status === undefined ? BROKEN.has(reason) || reason.startsWith('HPE_') : STATUSES.has(status)
