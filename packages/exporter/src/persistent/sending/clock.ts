import { after, now } from '../../deadline.ts'

/** Time and chance, so that tests need not wait for either. */
export interface Clock {
  /** Milliseconds of a clock that is never set back. */
  now(): number
  /** From 0 to 1, without 1. */
  random(): number
  /** Calls back after a while, at most `LONGEST_TIMER` milliseconds; the process waits for it only if `keepsAlive`. */
  after(millis: number, callback: () => void, keepsAlive?: boolean): { cancel(): void }
}

export const systemClock: Clock = {
  now,
  random: Math.random,
  after(millis, callback, keepsAlive = false) {
    if (!keepsAlive) return after(millis, callback)
    const timer = setTimeout(callback, millis)
    return { cancel: () => clearTimeout(timer) }
  },
}
