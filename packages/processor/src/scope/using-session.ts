import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { bindResult, isNativePromise } from '../binding/bind-in-place.ts'
import { report } from '../report/report.ts'
import { propagateScope } from '../rules/propagate.ts'
import { checkSession } from './check-session.ts'
import { nestScope, readScope, withScope } from './scope.ts'
import type { CheckedSession, SessionInit } from './session-init.ts'

/**
 * Runs a function inside a session: every span that it causes belongs to it, also after an `await`, in timers,
 * and in streams that it returns. Needs a `SessionSpanProcessor` on the provider and a context manager.
 *
 * Nested scopes merge: inner fields win, tags are united, metadata is merged key by key. A new session drops
 * the outer conversation.
 *
 * Never throws of itself, and runs `fn` exactly once, whatever `session` is. An ID that is not valid is not
 * stamped and never replaced by the outer session: inside there is none. That is counted (`processStats`), and
 * said once to `diag`.
 *
 * @param session the session ID; or its parts, see `SessionInit` (an object without the property `sessionId`
 *   only adds to the session in force); or `null`: what happens inside belongs to no session
 * @param fn what to run. Its value comes back: of the same type and, but for a plain native Promise, the same
 *   object. A plain native Promise is followed, and a new one comes back. Generators, async iterables, web
 *   streams, Responses and Requests that it returns, or that its Promise resolves to, are bound in place: what
 *   produces runs in the session, also when they are piped, teed or cloned; of a Node stream, what is read in a
 *   loop. Functions, emitters, and what only holds a stream, are left alone: see `bindSession`
 * @returns what `fn` returns
 * @throws only what `fn` throws; a TypeError when `fn` is no function
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

/** Runs a function in a context that was made of another one, and binds what it gives. */
export function runInside<T>(outer: Context, inside: Context, fn: () => T): T {
  return context.with(inside, () => {
    checkContextManager(outer, inside)
    const result = fn()
    checkContextSurvivesAwait(result, inside)
    return bindResult(result, inside)
  })
}

/** The context inside a session, entered under the active span: bare spans above hear of it. */
export function enterSession(outer: Context, session: unknown): Context {
  return enterCheckedSession(outer, checkSession(session))
}

/** The same, for a session that was checked before. */
export function enterCheckedSession(outer: Context, session: CheckedSession): Context {
  const scope = nestScope(session, readScope(outer))
  const span = trace.getSpan(outer)
  propagateScope(scope, span)
  return withScope(outer, scope, span)
}

/**
 * The context with a session in it, merged with the one that it has as `usingSession` does. Pure, for people
 * who manage contexts themselves; what the context is used for is not followed.
 *
 * @param session as for `usingSession`; what is no valid session states that there is none
 * @example context.with(setSession(context.active(), 'user_123_conv_456'), fn)
 */
export function contextWithSession(context: Context, session: string | SessionInit | null): Context {
  return withScope(context, nestScope(checkSession(session), readScope(context)), trace.getSpan(context))
}

/** The context with the statement that there is no session. Pure; the same as `setSession(context, null)`. */
export function contextWithoutSession(context: Context): Context {
  return contextWithSession(context, null)
}

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
