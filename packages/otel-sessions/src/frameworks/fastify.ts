import type { Span } from '@opentelemetry/api'
import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/** A hook as Fastify's `addHook` and the options of a route take it, for `onRequest`, `preValidation` and `preHandler`. */
export type SessionsHook<Request> = (request: Request, reply: object, done: () => void) => void

/** What is read of Fastify's request and reply. */
interface FastifyParts {
  readonly raw?: unknown
  /** Added by `@fastify/otel`. */
  opentelemetry?(): { readonly span?: Span | null }
}

/**
 * Creates a hook for Fastify: everything behind it runs in the session of the request. Add it as `onRequest`,
 * `preValidation` or `preHandler`, behind your authentication; or to single routes.
 *
 * The spans of the request that have started before get the session and the user too, among them the server's. So do
 * handlers that `@fastify/otel` runs outside of all hooks. Listeners of the raw request and reply run in the session.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.addHook('preHandler', sessions({ session: (request: FastifyRequest) => conversationOf(request.user) }))
 */
export function sessions<Request extends object>(options: SessionsOptions<Request>): SessionsHook<Request> {
  const entry = createEntry('fastify', options)
  // Instrumentations name a span after the function.
  return function enterSession(request, reply, done) {
    // Returns nothing: Fastify would take a promise for a second way to call `done`.
    entry.enter(request, () => done(), {
      spans: [spanOf(request)],
      emitters: [(request as FastifyParts).raw, (reply as FastifyParts).raw],
    })
  }
}

/** The span that `@fastify/otel` runs hooks and handlers below. */
function spanOf(request: FastifyParts): Span | null | undefined {
  try {
    return request.opentelemetry?.().span
  } catch {
    // The application's own decorator of the same name.
    return undefined
  }
}
