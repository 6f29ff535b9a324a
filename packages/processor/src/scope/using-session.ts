// Scopes: what `usingSession` sets, and how a context carries it. Calls run one way:
//   using-session -> check-session -> scope -> session-context -> OpenTelemetry's context
// Entering a scope also propagates its session to unassigned spans above (`rules/propagate.ts`), and binds the streams
// that the function returns (`binding/bind-in-place.ts`). The processor reads the scope later, when a span
// starts (`rules/start-rules.ts`).
import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { kindOf, registeredApi } from '@otel-sessions/semconv/internal'
import { endScope } from '#check-scope'
import { bindResult, isNativePromise } from '../binding/bind-in-place.ts'
import { report } from '../report/report.ts'
import { propagateScope } from '../rules/propagate.ts'
import { noteScope } from './check-provider.ts'
import { checkSession } from './check-session.ts'
import { nestScope, readScope } from './scope.ts'
import { withScope } from './session-context.ts'
import type { CheckedSession, SessionInit } from './session-init.ts'

/**
 * Runs a function inside a session. Every span that the function causes belongs to the session, also after an
 * `await`, in timers, and in streams that it returns. It needs a `SessionSpanProcessor` on the provider and a context
 * manager.
 *
 * Nested scopes merge: inner fields take precedence, tags are united, metadata is merged key by key. Another session
 * drops the outer conversation. Fields also reach the active span, when it ends: if it has the same session, or none.
 *
 * It never throws itself, and runs `fn` exactly once, whatever `session` is. An invalid ID clears the session: it
 * never falls back to the outer one. `processStats()` counts it, and `diag` logs it once.
 *
 * @param session the session ID; or a `SessionInit` (without the property `sessionId` it only adds fields to the active
 *   session); or `null`, to run without a session
 * @param fn what to run. Generators, async iterables, web streams, Responses and Requests that it returns, or that its
 *   native Promise resolves to, are bound in place: their source runs in the session, also when they are piped, teed or
 *   cloned. Of a Node stream, its iterator is bound. Thenables that start when they are awaited (query builders) and
 *   Observables are bound in place too. For functions, emitters, and objects that only hold a stream, see `bindSession`
 * @returns what `fn` returns: the same object, except for a plain native Promise, in whose place comes one that follows it
 * @throws only what `fn` throws; a TypeError if `fn` is not a function
 * @example await usingSession('user_123_conv_456', () => agent.invoke(input))
 * @example usingSession({ sessionId, userId, tags: ['beta'] }, () => handle(request))
 */
export function usingSession<T>(session: string | SessionInit | null, fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`usingSession(session, fn): fn must be a function, it is ${kindOf(fn)}`)
  }
  const outer = context.active()
  return runInside(outer, enterSession(outer, session), fn)
}

/** Runs a function in a context that was made from the active one, and binds what it returns. */
export function runInside<T>(outer: Context, inside: Context, fn: () => T): T {
  return context.with(inside, () => {
    checkContextManager(outer, inside)
    const scope = readScope(inside)
    let result: T
    try {
      result = fn()
    } catch (error) {
      endScope(scope, 'returned')
      throw error
    }
    checkContextSurvivesAwait(result, inside)
    return bindResult(result, inside, outer, scope)
  })
}

/** Returns the context inside a session, and propagates the session to unassigned spans above. */
export function enterSession(outer: Context, session: unknown): Context {
  return enterCheckedSession(outer, checkSession(session))
}

/** Like `enterSession`, for a session that is checked already. */
export function enterCheckedSession(outer: Context, session: CheckedSession): Context {
  noteScope()
  const span = trace.getSpan(outer)
  const scope = nestScope(session, readScope(outer), span)
  if (span !== undefined) propagateScope(scope, session.fields, span)
  return withScope(outer, scope, span)
}

/**
 * Returns the context with a session in it, merged with its present one as `usingSession` merges. For code that
 * manages contexts itself. Pure: nothing is propagated, and no stream is bound.
 *
 * @param session as for `usingSession`; an invalid one clears the session
 * @example context.with(contextWithSession(context.active(), 'user_123_conv_456'), fn)
 */
export function contextWithSession(context: Context, session: string | SessionInit | null): Context {
  noteScope()
  const span = trace.getSpan(context)
  return withScope(context, nestScope(checkSession(session), readScope(context), span), span)
}

/** Returns the context with the session cleared. Pure; the same as `contextWithSession(context, null)`. */
export function contextWithoutSession(context: Context): Context {
  return contextWithSession(context, null)
}

const REGISTER = 'first call context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())'

/** Reports that no context manager is active for this copy of @opentelemetry/api. */
export function checkContextManager(outer: Context, inside: Context): void {
  // Without a context manager the root context is always the active one.
  if (outer !== ROOT_CONTEXT) return
  const active = context.active()
  // Not by identity alone: Sentry's context manager adds an entry of its own to every context.
  if (active === inside || readScope(active) === readScope(inside)) return
  report('context:no-manager', () => {
    const { context: manager, version } = registeredApi()
    // One that works, but not for our copy of the API.
    if (manager?.with(inside, () => readScope(manager.active()) === readScope(inside))) {
      return `usingSession has no effect: the context manager is registered with @opentelemetry/api ${version}, an older copy: "npm ls @opentelemetry/api" must show one version`
    }
    return `usingSession has no effect: there is no context manager; ${REGISTER}`
  })
}

let hasCheckedAwait = false

/** Reports that the context manager loses the context after an `await`. Checked once. */
function checkContextSurvivesAwait(result: unknown, inside: Context): void {
  if (hasCheckedAwait || !isNativePromise(result) || readScope(context.active()) !== readScope(inside)) return
  hasCheckedAwait = true
  Promise.resolve().then(() => {
    if (readScope(context.active()) === readScope(inside)) return
    report('context:lost-after-await', () => {
      return `usingSession has no effect after the first await, because of the context manager; ${REGISTER}`
    })
  })
}
