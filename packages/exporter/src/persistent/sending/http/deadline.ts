import { LONGEST_TIMER_MILLIS, type Timer } from '@otel-sessions/semconv/internal'
import type { Clock } from '../types.ts'

const MEGABYTE = 1024 * 1024
/** A timer that fires so late shows that the process was frozen, or its event loop blocked. */
const LATE_MILLIS = 1000

/**
 * When a request times out. Without progress that is after `millis`; each part of the body that the endpoint takes
 * moves it, up to `millis` for each megabyte in addition. Then the answer has `millis`, and as long as the upload took,
 * because the system may still be sending what it has taken.
 *
 * Time in which the process was frozen does not count: what arrived meanwhile is read first, then there is time again.
 */
export class Deadline {
  readonly #clock: Clock
  readonly #millis: number
  readonly #onTimeout: () => void
  #due: number
  #latest = Number.POSITIVE_INFINITY
  #uploadingSince: number | undefined
  #timer: Timer | undefined
  #isExtended = false
  #isOver = false

  constructor(clock: Clock, millis: number, onTimeout: () => void) {
    this.#clock = clock
    this.#millis = millis
    this.#onTimeout = onTimeout
    this.#due = clock.now() + millis
    this.#wait(millis)
  }

  /** A body of this size is going to be sent. */
  begin(bytes: number): void {
    this.#latest = this.#clock.now() + this.#millis * (1 + bytes / MEGABYTE)
  }

  /** A part of the body was taken. */
  progress(): void {
    const now = this.#clock.now()
    this.#uploadingSince ??= now
    this.#due = Math.max(this.#due, Math.min(now + this.#millis, this.#latest))
  }

  /** All of the request was taken. */
  uploaded(): void {
    const now = this.#clock.now()
    this.#due = now + this.#millis + (now - (this.#uploadingSince ?? now))
  }

  cancel(): void {
    this.#isOver = true
    this.#timer?.cancel()
  }

  // The timer is not set anew for each progress; it looks at the deadline when it fires.
  #wait(millis: number): void {
    const due = this.#due
    this.#timer = this.#clock.after(Math.min(millis, LONGEST_TIMER_MILLIS), () => {
      const isLate = this.#clock.now() - due > LATE_MILLIS
      // After the sockets were read: an answer that has arrived counts.
      setImmediate(() => this.#check(isLate))
    })
  }

  #check(isLate: boolean): void {
    if (this.#isOver) return
    if (isLate && !this.#isExtended) {
      this.#isExtended = true
      this.#due = Math.max(this.#due, this.#clock.now() + this.#millis)
    }
    // Read once: Node warns of a timer of negative time.
    const left = this.#due - this.#clock.now()
    if (left > 0) this.#wait(left)
    else this.#onTimeout()
  }
}
