import type { Circuit } from './circuit.ts'
import type { Clock } from './clock.ts'
import type { Transport } from './types.ts'

interface Drain {
  readonly untilFailure: boolean
  readonly left: () => number
  finish(): void
}

/** Those who wait for spans to be answered. */
export class Drains {
  readonly #clock: Clock
  readonly #circuit: Circuit
  readonly #transport: Transport
  readonly #drains = new Set<Drain>()

  constructor(clock: Clock, circuit: Circuit, transport: Transport) {
    this.#clock = clock
    this.#circuit = circuit
    this.#transport = transport
  }

  /** Whether anybody waits. */
  get isHurried(): boolean {
    return this.#drains.size > 0
  }

  /** Resolves to what is left: when that is nothing, after a while, or at a failure if that is the end of it. */
  add(left: () => number, millis: number, untilFailure: boolean): Promise<number> {
    if (left() === 0 || (untilFailure && this.#circuit.isAskedToWait)) return Promise.resolve(left())
    this.#circuit.hurry(true, millis)
    this.#transport.hold(true)
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel()
        this.#drains.delete(drain)
        if (this.#drains.size === 0) this.#release(left() > 0, untilFailure)
        resolve(left())
      }
      const drain = { untilFailure, left, finish }
      const timer = this.#clock.after(millis, finish, true)
      this.#drains.add(drain)
    })
  }

  /** Lets go those who have nothing to wait for. */
  check(hasFailed: boolean): void {
    for (const drain of this.#drains) {
      if ((hasFailed && drain.untilFailure) || drain.left() === 0) drain.finish()
    }
  }

  /** Lets go all. */
  close(): void {
    for (const drain of this.#drains) drain.finish()
  }

  #release(isGivenUp: boolean, all: boolean): void {
    this.#circuit.hurry(false)
    this.#transport.hold(false)
    // Who gives up at the first failure is about to end the process.
    if (isGivenUp) this.#transport.giveUp(all)
  }
}
