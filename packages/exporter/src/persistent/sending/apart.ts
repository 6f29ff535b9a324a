import type { Delivery, Outcome } from './delivery.ts'
import type { Clock } from './types.ts'

/** How long the others leave room for a request that gets no answer. */
const TURN_MILLIS = 1000
/** The same after such a request. A span that never gets an answer is sent many times before it is rejected. */
const TURN_AFTER_NO_ANSWER_MILLIS = 100

/**
 * Batches that fail while the others are accepted. They take turns with the others, one request at a time. One that
 * gets no answer soon holds the others up no longer.
 */
export class ApartLane {
  readonly #clock: Clock
  #waiting: Delivery[] = []
  #isRunning = false
  /** When the request in flight started. */
  #startedAt: number | undefined
  #turnMillis = TURN_MILLIS
  /** Whether the others have had no turn since the last request. */
  #hadLastTurn = false
  #hasFailed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the last request failed. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Milliseconds for which the others leave room for the request in flight; 0 if there is none. */
  get turnLeft(): number {
    if (this.#startedAt === undefined) return 0
    return Math.max(0, this.#startedAt + this.#turnMillis - this.#clock.now())
  }

  /** Whether a request may start. If others are due, they have their turn before the next one. */
  hasTurn(areOthersDue: boolean): boolean {
    return !(this.#hadLastTurn && areOthersDue)
  }

  /** Notes that another request starts. Beside one of these it may fail because of that, so it is no turn. */
  othersStart(): void {
    if (!this.#isRunning) this.#hadLastTurn = false
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
      const outcome = await delivery.run(
        () => {
          this.#endTurn()
          if (!mayStart()) return false
          this.#startedAt = this.#clock.now()
          this.#hadLastTurn = true
          return true
        },
        () => false,
      )
      this.#hasFailed = outcome === 'failed'
      if (outcome !== 'answered' && outcome !== 'ended') this.#waiting.push(delivery)
      return outcome
    } finally {
      this.#endTurn()
      this.#isRunning = false
    }
  }

  #endTurn(): void {
    if (this.#startedAt === undefined) return
    this.#turnMillis = this.turnLeft > 0 ? TURN_MILLIS : TURN_AFTER_NO_ANSWER_MILLIS
    this.#startedAt = undefined
  }
}
