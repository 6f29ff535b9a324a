import { context } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { enterCheckedSession, runInside } from '../scope/using-session.ts'
import { type SessionState, statedBy } from './session-state.ts'

/** Runs a function inside the session, as `usingSession` does. */
export function runInSession<T>(state: SessionState, fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`session.run(fn): fn must be a function, it is ${kindOf(fn)}`)
  }
  const outer = context.active()
  return runInside(outer, enterCheckedSession(outer, statedBy(state)), fn)
}
