import { after } from './platform.ts'
import type { Sessions } from './totals/sessions.ts'

/** Ticks after which an unused session goes; the first may be a short one. */
const TICKS = 5
/** Sessions that go in one turn of the event loop; the next turn takes more. */
const AT_ONCE = 500

/**
 * Lets sessions go of which nothing was heard for a while. Time is counted in ticks of a timer, so that counting a span
 * reads no clock, and a clock that jumps does nothing. The timer runs only while there are sessions.
 */
export class IdleClock {
  readonly #sessions: Sessions
  readonly #tickMillis: number
  #timer: { cancel(): void } | undefined
  #isClosed = false

  constructor(sessions: Sessions, idleMillis: number) {
    this.#sessions = sessions
    // Unused for five ticks is unused for more than four, which is `idleMillis`.
    this.#tickMillis = Math.max(1, Math.ceil(idleMillis / (TICKS - 1)))
  }

  /** Called when there may be a new session. */
  start(): void {
    if (this.#timer === undefined && !this.#isClosed && this.#sessions.size > 0)
      this.#wait(this.#tickMillis, true)
  }

  /** For good. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(millis: number, isTick: boolean): void {
    this.#timer = after(millis, () => {
      if (isTick) this.#sessions.tick++
      const isMore = this.#sessions.removeUnused(TICKS, AT_ONCE)
      // Until here there is a timer, this one: a session that comes meanwhile starts no other.
      if (this.#isClosed || this.#sessions.size === 0) this.#timer = undefined
      else this.#wait(isMore ? 0 : this.#tickMillis, !isMore)
    })
  }
}
