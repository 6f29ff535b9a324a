import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/** A middleware as Express, Connect, Nest and others of their kind take it. */
export type SessionsMiddleware<Request> = (
  request: Request,
  response: object,
  next: (error?: unknown) => void,
) => void | Promise<void>

/**
 * Creates a middleware for Express and other frameworks of the Connect kind: everything behind it runs in the session of
 * the request. Put it behind your authentication.
 *
 * The spans of the request that have started before get the session and the user too, among them the server's. Listeners
 * of the request and the response run in it. With a `session` that answers at once, the middleware is synchronous.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.use(sessions({ session: (request: Request) => conversationOf(request.user) }))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types its request.
  Request extends object = any,
>(options: SessionsOptions<Request>): SessionsMiddleware<Request> {
  const entry = createEntry('express', options)
  // Instrumentations name a span after the function.
  return function enterSession(request, response, next) {
    return entry.enter(request, () => next(), { objects: [request], emitters: [request, response] })
  }
}
