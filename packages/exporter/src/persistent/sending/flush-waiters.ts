import type { Timer } from '@otel-sessions/semconv/internal'
import type { Circuit } from './circuit.ts'
import type { Clock, Transport } from './types.ts'

interface FlushWaiter {
  readonly untilFailure: boolean
  readonly left: () => number
  /** Whether the endpoint has asked to wait longer than this one waits. */
  readonly cannotSend: () => boolean
  finish(): void
}

/** Those who wait until spans are answered. While there are any, requests are expedited and keep the process alive. */
export class FlushWaiters {
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #transport: Transport
  readonly #retryAfter: (spans: number) => number
  readonly #waiters = new Set<FlushWaiter>()

  /** @param retryAfter returns for how many milliseconds the endpoint has asked not to send so many spans */
  constructor(clock: Clock, circuit: Circuit, transport: Transport, retryAfter: (spans: number) => number) {
    this.#clock = clock
    this.#circuit = circuit
    this.#transport = transport
    this.#retryAfter = retryAfter
  }

  get any(): boolean {
    return this.#waiters.size > 0
  }

  /**
   * Resolves to how many spans are left: when there are none, at the deadline, when the endpoint has answered nothing
   * for too long, when it has asked to wait longer than that, or with `untilFailure` at a failure.
   */
  add(left: () => number, millis: number, untilFailure: boolean, patience: number): Promise<number> {
    const started = this.#clock.now()
    const millisLeft = () => {
      const quietUntil = Math.max(started, this.#circuit.answeredAt) + patience
      return Math.min(started + millis, quietUntil) - this.#clock.now()
    }
    const cannotSend = () => {
      const retryAfter = this.#retryAfter(left())
      return retryAfter > 0 && (untilFailure || retryAfter >= millisLeft())
    }
    if (left() === 0 || cannotSend()) return Promise.resolve(left())
    this.#circuit.expedite(true, Math.min(millis, patience))
    this.#transport.keepAlive(true)
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel()
        this.#waiters.delete(waiter)
        if (this.#waiters.size === 0) this.#release(left() > 0, untilFailure)
        resolve(left())
      }
      const wait = (time: number): Timer =>
        this.#clock.afterKeepingAlive(time, () => {
          const more = millisLeft()
          if (more > 0) timer = wait(more)
          else finish()
        })
      const waiter = { untilFailure, left, cannotSend, finish }
      let timer = wait(Math.max(0, millisLeft()))
      this.#waiters.add(waiter)
    })
  }

  /**
   * Resolves waiters whose spans are all answered, or cannot be sent in time, and with `hasFailed` those that stop at a
   * failure.
   */
  check(hasFailed: boolean): void {
    for (const waiter of this.#waiters) {
      if ((hasFailed && waiter.untilFailure) || waiter.left() === 0 || waiter.cannotSend()) waiter.finish()
    }
  }

  /** Resolves all waiters. */
  close(): void {
    for (const waiter of this.#waiters) waiter.finish()
  }

  #release(isUnfinished: boolean, untilFailure: boolean): void {
    this.#circuit.expedite(false)
    this.#transport.keepAlive(false)
    // With untilFailure the process is about to exit, and no request may delay it.
    if (isUnfinished) this.#transport.abort(untilFailure ? 'all' : 'connecting')
  }
}
