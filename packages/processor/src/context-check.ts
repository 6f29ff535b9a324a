import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { isNativePromise } from './native-promise.ts'
import { report } from './report.ts'
import { readScope } from './scope.ts'

const REGISTER =
  'register one before the first span: context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()), of @opentelemetry/context-async-hooks'

let askedAcrossAwait = false

/** Says once that no context manager is at work. A second copy of @opentelemetry/api looks the same from here. */
export function checkContextManager(outer: Context, inside: Context): void {
  // Where there is none, the root context is always the active one.
  if (outer !== ROOT_CONTEXT) return
  const active = context.active()
  // Not by identity alone: Sentry's context manager adds an entry of its own to every context.
  if (active === inside || readScope(active) === readScope(inside)) return
  report('context:no-manager', () => {
    return `usingSession has no effect: no context manager is registered, or another copy of @opentelemetry/api holds it; ${REGISTER}`
  })
}

/** Says that the context manager loses the context after an await. It asks once. */
export function checkContextSurvivesAwait(result: unknown, inside: Context): void {
  if (askedAcrossAwait || !isNativePromise(result) || readScope(context.active()) !== readScope(inside))
    return
  askedAcrossAwait = true
  Promise.resolve().then(() => {
    if (readScope(context.active()) === readScope(inside)) return
    report('context:lost-after-await', () => {
      return `usingSession has no effect after the first await: the context manager does not follow promises; ${REGISTER}`
    })
  })
}
