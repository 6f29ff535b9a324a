import type { Clock } from './types.ts'

const FIRST_MILLIS = 50
const LONGEST_MILLIS = 60_000
/** While others are accepted, a span that fails alone need not wait long. */
const LONGEST_OF_A_SPAN_MILLIS = 1000
// While a flush waits.
const LONGEST_EXPEDITED_MILLIS = 250

const pause = (failures: number): number => Math.min(LONGEST_MILLIS, FIRST_MILLIS * 2 ** failures)

/** When a batch that is sent apart may be sent again. */
export class Pauses {
  readonly #clock: Clock
  /** Failures in a row without evidence that the endpoint accepts others. */
  #quietFailures = 0
  #until = 0
  // Until when `Retry-After` asks to wait.
  #retryAfterUntil = 0
  #failedAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * When it may be sent again.
   *
   * @param until when any part of it may be sent
   */
  until(until: number, isExpedited: boolean): number {
    const longer = Math.max(this.#until, until)
    const ours = isExpedited ? Math.min(longer, this.#failedAt + LONGEST_EXPEDITED_MILLIS) : longer
    return Math.max(ours, this.#retryAfterUntil)
  }

  /** Milliseconds that the endpoint has asked to wait from now on; 0 if it has not. */
  get retryAfter(): number {
    return Math.max(0, this.#retryAfterUntil - this.#clock.now())
  }

  /** Forgets what the endpoint has asked for. */
  reset(): void {
    this.#retryAfterUntil = 0
  }

  /** Notes that a request failed. */
  failed(): void {
    this.#failedAt = this.#clock.now()
  }

  /**
   * Notes that a request failed that was sent apart.
   *
   * @param hasEvidence whether the endpoint accepts others meanwhile
   * @param wait how long the endpoint has asked to wait
   */
  failedApart(hasEvidence: boolean, wait: number): void {
    this.#quietFailures = hasEvidence ? 0 : this.#quietFailures + 1
    this.#until = this.#clock.now() + pause(this.#quietFailures) * this.#clock.random()
    this.#retryAfterUntil = this.#clock.now() + wait
  }

  /** When a single span may be sent again that has failed alone so often. */
  untilSpan(strikes: number): number {
    const longest = Math.min(LONGEST_OF_A_SPAN_MILLIS, pause(strikes))
    return this.#clock.now() + longest * this.#clock.random()
  }
}
