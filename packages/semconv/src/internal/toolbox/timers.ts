// Structural, so that the packages need no runtime's types. Node's timers are objects, a browser's are numbers.
interface Platform {
  setTimeout(callback: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
  readonly performance: { now(): number }
}
// Looked up at every use: test tools replace the functions.
const platform = globalThis as unknown as Platform

/** A timer that can be cancelled. */
export interface Timer {
  cancel(): void
}

/** The most milliseconds that a timer can wait. A longer one fires at once. */
export const LONGEST_TIMER_MILLIS = 2 ** 31 - 1

/** Milliseconds of a clock that is never set back. */
export const now = (): number => platform.performance.now()

/** Calls back after some time, unless cancelled. The timer does not keep the process alive. */
export function after(millis: number, callback: () => void): Timer {
  const timer = platform.setTimeout(callback, millis)
  ;(timer as { unref?: () => void }).unref?.()
  return { cancel: () => platform.clearTimeout(timer) }
}

/** Calls back after some time, unless cancelled, and keeps the process alive until then. */
export function afterKeepingAlive(millis: number, callback: () => void): Timer {
  const timer = platform.setTimeout(callback, millis)
  return { cancel: () => platform.clearTimeout(timer) }
}

/**
 * Waits for a promise, and rejects with what took too long at the deadline. The timer keeps the process alive:
 * otherwise Node would exit in the middle of `await provider.shutdown()`.
 */
export function within<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = afterKeepingAlive(millis, () => {
      reject(new Error(`${what} did not finish within ${millis} ms`))
    })
    promise.then(resolve, reject).finally(timer.cancel)
  })
}
