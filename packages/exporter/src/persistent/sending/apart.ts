import type { Delivery, Outcome } from './delivery.ts'
import type { Clock } from './types.ts'

/** Batches that are sent beside the others, one request at a time, because they fail while the others are accepted. */
export class ApartLane {
  readonly #clock: Clock
  #waiting: Delivery[] = []
  #isRunning = false
  #hasFailed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the last request failed. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  add(delivery: Delivery): void {
    this.#waiting.push(delivery)
  }

  /** Milliseconds until one may be sent, not below 0; infinite if something else has to happen first. */
  wait(isExpedited: boolean): number {
    if (this.#isRunning || this.#waiting.length === 0) return Number.POSITIVE_INFINITY
    const next = Math.min(...this.#waiting.map((delivery) => delivery.notBefore(isExpedited)))
    return Math.max(0, next - this.#clock.now())
  }

  /**
   * Milliseconds for which the endpoint has asked not to send batches with so many spans, at least, in all; 0 if it has
   * not.
   */
  retryAfter(spans: number): number {
    const asked = this.#waiting.filter(({ retryAfter }) => retryAfter > 0)
    asked.sort((a, b) => b.retryAfter - a.retryAfter)
    let sum = 0
    for (const delivery of asked) {
      sum += delivery.spans
      if (sum >= spans) return delivery.retryAfter
    }
    return 0
  }

  /** Forgets what the endpoint has asked for. */
  reset(): void {
    for (const delivery of this.#waiting) delivery.resetRetryAfter()
  }

  /** Takes the first that may be sent now. */
  take(isExpedited: boolean): Delivery | undefined {
    const now = this.#clock.now()
    const at = this.#waiting.findIndex((delivery) => delivery.notBefore(isExpedited) <= now)
    return at === -1 ? undefined : this.#waiting.splice(at, 1)[0]
  }

  /** Forgets those that are over. */
  forgetOver(): void {
    this.#waiting = this.#waiting.filter(({ isOver }) => !isOver)
  }

  /** Sends one that was taken. It waits again afterwards, unless it is over. */
  async run(delivery: Delivery, mayStart: () => boolean): Promise<Outcome> {
    this.#isRunning = true
    this.#hasFailed = false
    try {
      const outcome = await delivery.run(mayStart, () => false)
      this.#hasFailed = outcome === 'failed'
      if (outcome !== 'answered' && outcome !== 'ended') this.#waiting.push(delivery)
      return outcome
    } finally {
      this.#isRunning = false
    }
  }
}
