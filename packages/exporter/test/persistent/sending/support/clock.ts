import type { Clock } from '../../../../src/persistent/sending/types.ts'

interface Timer {
  readonly at: number
  readonly keepsAlive: boolean
  readonly callback: () => void
}

/** Time that a test advances. */
export class ManualClock implements Clock {
  time = 1000
  /** What `random` returns. */
  chance = 0.5
  readonly timers = new Set<Timer>()

  now = () => this.time
  random = () => this.chance

  after = (millis: number, callback: () => void) => this.#start(millis, callback, false)
  afterKeepingAlive = (millis: number, callback: () => void) => this.#start(millis, callback, true)

  #start(millis: number, callback: () => void, keepsAlive: boolean) {
    if (!(millis >= 0 && millis <= 2 ** 31 - 1)) throw new RangeError(`Node has no timer for ${millis} ms`)
    const timer = { at: this.time + millis, callback, keepsAlive }
    this.timers.add(timer)
    return { cancel: () => void this.timers.delete(timer) }
  }

  /** Milliseconds until each timer fires, in order. */
  get waits(): number[] {
    return [...this.timers].map(({ at }) => at - this.time).sort((a, b) => a - b)
  }

  /** Advances the time, and fires the timers that are due, in order. */
  advance(millis: number): void {
    const end = this.time + millis
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.timers.delete(due)
      this.time = Math.max(this.time, due.at)
      due.callback()
    }
    this.time = end
  }
}
