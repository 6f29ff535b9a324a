/** Milliseconds by a clock that is never set back, and chance; tests have their own. */
export interface Chance {
  now(): number
  /** From 0 to 1. */
  random(): number
}

/** The pauses after failures, in milliseconds: the first one, and the longest. */
interface Pauses {
  readonly first: number
  readonly longest: number
}

/** While nobody waits. */
const PATIENT: Pauses = { first: 1000, longest: 60_000 }
/** While somebody waits for a flush, which has a deadline. */
const HURRIED: Pauses = { first: 100, longest: 1000 }

/** Whether the receiver is to be asked now. After a failure one request at a time is, after ever longer pauses. */
export class Circuit {
  readonly #chance: Chance
  #failures = 0
  #pausedUntil = Number.NEGATIVE_INFINITY
  /** Until then the receiver wants to be left alone, whoever waits. */
  #silentUntil = Number.NEGATIVE_INFINITY

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** The last request failed. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  /** How long the receiver is not to be asked; 0 where it may be. */
  get pauseMillis(): number {
    return Math.max(0, Math.max(this.#pausedUntil, this.#silentUntil) - this.#chance.now())
  }

  succeeded(): void {
    this.#failures = 0
    this.#pausedUntil = Number.NEGATIVE_INFINITY
    this.#silentUntil = Number.NEGATIVE_INFINITY
  }

  /** @param afterMillis what `Retry-After` said */
  failed(afterMillis: number | undefined, isHurried: boolean): void {
    const isKnown = this.pauseMillis > 0
    const { first, longest } = isHurried ? HURRIED : PATIENT
    // Full jitter: all clients of a receiver that comes back must not ask at once. No power beyond what counts.
    const jitter = this.#chance.random() * Math.min(longest, first * 2 ** Math.min(this.#failures, 16))
    const now = this.#chance.now()
    // What was in flight beside a request that failed fails with it, and says nothing new.
    if (!isKnown) {
      this.#failures++
      this.#pausedUntil = now + jitter
    }
    if (afterMillis) this.#silentUntil = now + afterMillis + jitter
  }

  /** Somebody waits: the receiver is asked at once, unless it said when. */
  hurry(): void {
    this.#pausedUntil = Number.NEGATIVE_INFINITY
  }
}
