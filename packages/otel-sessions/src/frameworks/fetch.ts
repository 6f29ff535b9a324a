import {
  type CallSessionsOptions,
  createCallEntry,
  type InSession,
  type ResultInSession,
  type TakesArgs,
} from '../requests/call.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest } from '../requests/options.ts'
import { enterForResponse } from '../requests/response.ts'

export type { CallSessionsOptions, InSession, ResultInSession, SessionOfRequest, TakesArgs }

/** The platform's `Request`: the application's own types have it. */
// biome-ignore lint/suspicious/noExplicitAny: without the types of a platform, a request may be anything.
export type PlatformRequest = typeof globalThis extends { Request: { prototype: infer One } } ? One : any

/** The type of a handler that waits for its session. It takes a request, also if the handler looks at none. */
export type FetchHandler<Fn extends TakesArgs<never>, Args extends unknown[]> =
  Parameters<Fn> extends [] ? (...args: Args) => ReturnType<InSession<Fn>> : InSession<Fn>

/**
 * Makes a handler of the form `(request) => Response` run in the session of its request: of Bun, Deno, Cloudflare Workers
 * and every server of this form. The body of the Response is produced in the session.
 *
 * The handler is called with the same `this` and arguments, such as the `env` and `ctx` of a worker, and so is
 * `session`. What the handler returns or throws is passed on. If `session` returns a promise, so does the handler. On
 * Deno, workerd and Vercel's edge runtime, a Response whose body is a stream is replaced by an equal one.
 *
 * @returns a function that takes the handler, and returns one of the same type. It throws a TypeError for anything else
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example export default { fetch: sessions({ session: (request, env) => sessionOf(request, env) })(handle) }
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: what the platform passes beside the request.
  Args extends [PlatformRequest, ...any[]],
>(options: CallSessionsOptions<Args>): <Fn extends TakesArgs<Args>>(handler: Fn) => FetchHandler<Fn, Args> {
  const entry = createCallEntry('fetch', options)
  return (handler) =>
    enteringHandler(
      'otel-sessions/fetch: sessions',
      {
        enter: (args, fn) =>
          enterForResponse((inside) => entry.enter(args, inside, { objects: [args[0]] }), fn),
      },
      (args: Args) => args,
      handler as never,
    ) as never
}
