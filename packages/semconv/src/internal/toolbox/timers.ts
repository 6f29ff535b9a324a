// A structural type, so that the packages need the types of no runtime. Timers are objects in Node, numbers in browsers.
interface Platform {
  setTimeout(callback: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
  readonly performance: { now(): number }
}
// Looked up at every call, because test tools replace the functions.
const platform = globalThis as unknown as Platform

/** A timer that can be cancelled. */
export interface Timer {
  /** Stops the timer, if it has not fired. */
  cancel(): void
}

/** The longest delay of a timer, in milliseconds. A timer with a longer one fires immediately. */
export const LONGEST_TIMER_MILLIS = 2 ** 31 - 1

/** Returns the milliseconds of a monotonic clock. */
export const now = (): number => platform.performance.now()

/** Calls back after a delay unless cancelled. The timer does not keep the process alive. */
export function after(millis: number, callback: () => void): Timer {
  const timer = platform.setTimeout(callback, millis)
  ;(timer as { unref?: () => void }).unref?.()
  return { cancel: () => platform.clearTimeout(timer) }
}

/** Calls back after a delay unless cancelled, and keeps the process alive until then. */
export function afterKeepingAlive(millis: number, callback: () => void): Timer {
  const timer = platform.setTimeout(callback, millis)
  return { cancel: () => platform.clearTimeout(timer) }
}

/** A deadline that passed. */
export class DeadlineError extends Error {}

/**
 * Waits for a promise, and rejects with a `DeadlineError` that says what took too long. The timer keeps the process
 * alive: otherwise Node would exit in the middle of `await provider.shutdown()`.
 */
export function within<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = afterKeepingAlive(millis, () => {
      reject(new DeadlineError(`${what} did not finish within ${millis} ms`))
    })
    promise.then(resolve, reject).finally(timer.cancel)
  })
}
