import { say } from '../../report.ts'
import type { Clock } from './clock.ts'

/** Failures in a row before it is said: one is nothing unusual. */
const WORTH_SAYING = 3
/** A receiver that wants to be left alone for so long is away, whatever it answers. */
const LONG_MILLIS = 60_000
/** A receiver that comes and goes is not said each time. */
const SAID_AGAIN_MILLIS = 600_000
const MILLIS_PER_SECOND = 1000

/** A receiver that does not take spans, and takes them again: each outage is said, and its end. */
export class Outage {
  readonly #host: string
  readonly #clock: Clock
  #since: number | undefined
  #isSaid = false
  #saidAt = Number.NEGATIVE_INFINITY

  constructor(url: string, clock: Clock) {
    // The rest of a URL may hold a key.
    this.#host = new URL(url).host
    this.#clock = clock
  }

  /** A request failed. */
  failed(failures: number, reason: string, afterMillis = 0): void {
    const now = this.#clock.now()
    this.#since ??= now
    const isWorthSaying = failures >= WORTH_SAYING || afterMillis >= LONG_MILLIS
    if (!isWorthSaying || this.#isSaid || now - this.#saidAt < SAID_AGAIN_MILLIS) return
    this.#isSaid = true
    this.#saidAt = now
    const wish = afterMillis > 0 ? `, and wants to be left alone for ${seconds(afterMillis)} s` : ''
    say(
      () =>
        `${this.#host} does not take spans now (${reason})${wish}. They are kept as far as there is room, and sent when it does`,
    )
  }

  /** A request was answered, whatever the answer was. */
  over(waiting: number): void {
    const since = this.#since
    this.#since = undefined
    if (!this.#isSaid || since === undefined) return
    this.#isSaid = false
    say(
      () =>
        `${this.#host} answers again after ${seconds(this.#clock.now() - since)} s; ${waiting} spans wait to be sent`,
    )
  }
}

const seconds = (millis: number): number => Math.ceil(millis / MILLIS_PER_SECOND)
