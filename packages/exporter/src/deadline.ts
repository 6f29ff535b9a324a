// Structural, so that this package needs no runtime's types; Node's timers are objects, a browser's numbers.
interface Timers {
  setTimeout(callback: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
}
const timers = globalThis as unknown as Timers
const clock = globalThis as unknown as { performance: { now(): number } }

/** Milliseconds of a clock that is never set back. */
export const now = (): number => clock.performance.now()

/** Calls back after a while, unless cancelled. Does not keep the process alive: nobody waits for it. */
export function after(millis: number, callback: () => void): { cancel(): void } {
  const timer = timers.setTimeout(callback, millis)
  ;(timer as { unref?: () => void }).unref?.()
  return { cancel: () => timers.clearTimeout(timer) }
}

/**
 * The promise, or a rejection that says what took too long. Somebody waits for this one, so it keeps the process
 * alive until then: else Node would leave in the middle of an `await provider.shutdown()`.
 */
export function within<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${what} did not finish within ${millis} ms`))
    const timer = timers.setTimeout(late, millis)
    promise.then(resolve, reject).finally(() => timers.clearTimeout(timer))
  })
}
