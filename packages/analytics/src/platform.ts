import { context, ROOT_CONTEXT } from '@opentelemetry/api'

// Structural, so that this package needs no runtime's types; Node's timers are objects, a browser's numbers.
interface Timers {
  setTimeout(callback: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
}
const timers = globalThis as unknown as Timers

/**
 * Calls back after a while, in the root context and not in that of whoever came by, unless cancelled. Does not keep the
 * process alive: nobody waits for it.
 */
export function after(millis: number, callback: () => void): { cancel(): void } {
  const timer = context.with(ROOT_CONTEXT, () => timers.setTimeout(callback, millis))
  ;(timer as { unref?: () => void }).unref?.()
  return { cancel: () => timers.clearTimeout(timer) }
}
