// Structural, so that this package needs no runtime's types; Node's timers are objects, a browser's numbers.
interface Platform {
  setTimeout(callback: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
  readonly performance: { now(): number }
}
// Looked up at every use: test tools replace them.
const platform = globalThis as unknown as Platform

/** The most milliseconds that a timer can wait; a longer one fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** Milliseconds of a clock that is never set back. */
export const now = (): number => platform.performance.now()

/** Calls back after a while, unless cancelled. Does not keep the process alive: nobody waits for it. */
export function after(millis: number, callback: () => void): { cancel(): void } {
  const timer = platform.setTimeout(callback, millis)
  ;(timer as { unref?: () => void }).unref?.()
  return { cancel: () => platform.clearTimeout(timer) }
}

/** The same, and it keeps the process alive until then. */
export function afterAtAnyPrice(millis: number, callback: () => void): { cancel(): void } {
  const timer = platform.setTimeout(callback, millis)
  return { cancel: () => platform.clearTimeout(timer) }
}

/** A module that is built into Node, Bun and Deno, or undefined. No import: bundles for browsers take this package, too. */
export function builtinModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return typeof process?.getBuiltinModule === 'function' ? process.getBuiltinModule(name) : undefined
}
