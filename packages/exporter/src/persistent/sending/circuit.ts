import type { Clock } from './clock.ts'

const FIRST = 1000
const LONGEST = 60_000
// While somebody waits for the last spans.
const FIRST_HURRIED = 100
const LONGEST_HURRIED = 1000

/** Whether the receiver answers, and when it may be asked again if it does not. */
export class Circuit {
  readonly #clock: Clock
  #failures = 0
  #isHurried = false
  // Whether somebody waited when the request in question started.
  #wasHurried = false
  // Failures in a hurry since the last answer, and how long the next who is in one has to wait because of them.
  #hurried = 0
  #hurriedUntil = 0
  #failedAt = 0
  // What was sent before the last failure, and fails after it, says nothing new.
  #round = 0
  #backoffUntil = 0
  #askedUntil = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Open: the last that was heard is a failure, so there is one request at a time. */
  get isOpen(): boolean {
    return this.#failures > 0
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Milliseconds until a request may start; 0 is at once. */
  get wait(): number {
    return Math.max(
      0,
      this.#askedUntil - this.#clock.now(),
      this.isOpen ? this.#backoffUntil - this.#clock.now() : 0,
    )
  }

  /** Whether the receiver has asked not to be asked before some time that is still to come. */
  get isAskedToWait(): boolean {
    return this.#askedUntil > this.#clock.now()
  }

  /** Says which round a request that starts now belongs to. */
  begin(): number {
    this.#wasHurried ||= this.#isHurried
    return this.#round
  }

  /**
   * Somebody waits, or nobody does any longer. Who begins to wait has the next request started at once, and those
   * after it soon, unless the receiver has asked for time, or somebody was in a hurry just before.
   *
   * @param millis how long who begins to wait does so: half of it is the longest until something is asked
   */
  hurry(isHurried: boolean, millis = Number.POSITIVE_INFINITY): void {
    this.#isHurried = isHurried
    if (!isHurried) return
    const late = Math.max(this.#failedAt + FIRST_HURRIED, this.#clock.now() + millis / 2)
    this.#backoffUntil = Math.min(this.#backoffUntil, this.#hurriedUntil, late)
  }

  /** The receiver is asked again although it asked for time, or was asked just before: there will be no other. */
  insist(): void {
    this.#askedUntil = 0
    this.#hurriedUntil = 0
  }

  /** A request was answered, whatever the answer was. */
  answered(): void {
    this.#failures = 0
    this.#hurried = 0
    this.#hurriedUntil = 0
  }

  /** A request failed. `afterMillis` is what the receiver asked for. */
  failed(round: number, afterMillis: number | undefined): void {
    const { random } = this.#clock
    const now = this.#clock.now()
    // Not all who were sent away may come back at the same moment.
    if (afterMillis) this.#askedUntil = Math.max(this.#askedUntil, now + afterMillis + random() * FIRST)
    if (this.isOpen && round !== this.#round) return
    this.#round++
    this.#failures++
    const most = Math.min(LONGEST, FIRST * 2 ** (this.#failures - 1))
    this.#backoffUntil = now + most * random()
    this.#failedAt = now
    if (this.#isHurried || this.#wasHurried) this.#hurriedUntil = now + this.#nextHurried()
    if (this.#isHurried) this.#backoffUntil = this.#hurriedUntil
    this.#wasHurried = false
  }

  // Half of it is certain, so that a receiver that fails at once is not asked all the time.
  #nextHurried(): number {
    const most = Math.min(LONGEST_HURRIED, FIRST_HURRIED * 2 ** this.#hurried++)
    return (most * (1 + this.#clock.random())) / 2
  }
}
