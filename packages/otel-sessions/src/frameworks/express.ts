import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/**
 * Creates a middleware for Express and other frameworks of the Connect kind: everything behind it runs in the session of
 * the request. Put it behind your authentication.
 *
 * The server's span gets the session too, and listeners of the request and the response run in it, whichever
 * instrumentation there is. With a `session` that answers at once, the middleware is synchronous.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.use(sessions({ session: (request) => ({ sessionId: request.conversation.id, userId: request.user.id }) }))
 */
export function sessions<Request extends object>(
  options: SessionsOptions<Request>,
): (request: Request, response: object, next: (error?: unknown) => void) => void | Promise<void> {
  const entry = createEntry('express', options)
  return (request, response, next) => entry.enter(request, () => next(), { emitters: [request, response] })
}
