import {
  type CallSessionsOptions,
  checkCallOptions,
  type InSession,
  type ResultInSession,
  type TakesArgs,
} from '../requests/call.ts'
import { createEntry, isThenable } from '../requests/entry.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest } from '../requests/options.ts'
import { enterForResponse } from '../requests/response.ts'

export type { CallSessionsOptions, InSession, ResultInSession, SessionOfRequest, TakesArgs }

/** What makes the functions of a Next.js application run in a session. Each throws a TypeError for what is no function. */
export interface NextSessions<Args extends unknown[]> {
  /** Wraps a route handler: everything that it does, and the body of its Response. */
  handler<Fn extends TakesArgs<Args>>(handler: Fn): InSession<Fn>
  /** Wraps a server action: an exported function of a file with `'use server'`. */
  action<Fn extends TakesArgs<Args>>(action: Fn): InSession<Fn>
  /**
   * Wraps a server component, or `generateMetadata`. React renders its child components later, and not
   * inside it: their spans have the session by the span of the server or of the rendering.
   */
  component<Fn extends TakesArgs<Args>>(component: Fn): InSession<Fn>
}

/**
 * Creates what makes route handlers, server actions and server components of Next.js run in the session of their request.
 * The server's span, and the spans of Next in between, get the session and the user.
 *
 * `session` is called with the arguments of the function that is wrapped: a request and `{ params }`, the arguments of an
 * action, or the props of a component. It may call `cookies()` and `headers()`. What it throws for Next, by
 * `redirect()`, `notFound()` or `cookies()` at build time, is thrown instead of calling the function.
 *
 * Works in the Node runtime and in the edge runtime.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example export const { handler, action, component } = sessions({ session: async () => sessionOf(await currentUser()) })
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types the arguments of its functions.
  Args extends any[],
>(options: CallSessionsOptions<Args>): NextSessions<Args> {
  const { session, timeoutMillis } = checkCallOptions('next', options)
  const entry = createEntry<Call<Args>>('next', { session: (call) => ask(call, session), timeoutMillis })
  const wrap =
    (around: typeof enterForResponse) =>
    <Fn extends TakesArgs<Args>>(handler: Fn) => {
      const enter: typeof entry.enter = (call, fn) =>
        around(
          (inside) => entry.enter(call, inside),
          () => {
            if (call.thrown !== undefined) throw call.thrown.error
            return fn()
          },
        )
      const callOf = (args: Args): Call<Args> => ({ args, thrown: undefined })
      return enteringHandler('otel-sessions/next: sessions', { enter }, callOf, handler as never) as never
    }
  const other = wrap((enter, fn) => enter(fn) as never)
  return { handler: wrap(enterForResponse), action: other, component: other }
}

/** One call of a function that is wrapped. */
interface Call<Args> {
  readonly args: Args
  /** What `session` has thrown for Next. */
  thrown: { readonly error: unknown } | undefined
}

function ask<Args extends unknown[]>(
  call: Call<Args>,
  session: CallSessionsOptions<Args>['session'],
): SessionOfRequest | PromiseLike<SessionOfRequest> {
  const keep = (error: unknown): undefined => {
    if (!isForNext(error)) throw error
    call.thrown = { error }
  }
  try {
    const answer = session(...call.args)
    return isThenable(answer) ? answer.then((found) => found as SessionOfRequest, keep) : answer
  } catch (error) {
    return keep(error)
  }
}

/** Next throws its redirects and the like, and knows them by this property. */
const FOR_NEXT = /^(?:NEXT_|DYNAMIC_SERVER_USAGE|BAILOUT_TO_CLIENT|HANGING_PROMISE)/

const isForNext = (error: unknown): boolean =>
  FOR_NEXT.test(String((error as { readonly digest?: unknown } | undefined | null)?.digest))
