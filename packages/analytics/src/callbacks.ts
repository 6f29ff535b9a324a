import type { Counters } from './counters.ts'
import { sayOnce } from './report.ts'

/** Calls what the application gave. What it throws, or rejects with, is counted and said, and goes no further. */
export function callSafely<T>(
  what: string,
  fn: (argument: T) => unknown,
  argument: T,
  counters: Counters,
): void {
  const failed = () => {
    counters.failed++
    sayOnce(what, () => `${what} threw, or was rejected`)
  }
  try {
    const result = fn(argument)
    // By its shape: a promise of another realm is one, too.
    const { then } = (result ?? {}) as { then?: unknown }
    if (typeof then === 'function') then.call(result, undefined, failed)
  } catch {
    failed()
  }
}
