import type { Span } from '@opentelemetry/api'
import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/** A hook as Fastify's `addHook` and the options of a route take it, for `onRequest`, `preValidation` and `preHandler`. */
export type SessionsHook<Request> = (request: Request, reply: object, done: () => void) => void

/** A plugin as Fastify's `register` takes it. */
export type SessionsPlugin = (app: object, options: object, done: () => void) => void

/** What a plugin calls of the application. */
interface FastifyApplication {
  addHook(name: 'preHandler', hook: SessionsHook<never>): unknown
}

/** What is read of Fastify's request and reply. */
interface FastifyParts {
  readonly raw?: unknown
  /** Added by `@fastify/otel`. */
  opentelemetry?(): { readonly span?: Span | null }
}

/**
 * Creates a plugin for Fastify: everything behind it runs in the session of the request. Register it behind your
 * authentication. It adds a `preHandler` hook, which reaches the routes of the application that registers it. A request
 * that fails before, because its body is not valid, has no session.
 *
 * It is such a hook itself: `addHook` takes it as `onRequest`, which reaches those too, or as `preValidation`. So do
 * single routes, behind hooks of their own.
 *
 * The spans of the request that have started before get the session and the user too, among them the server's. So do
 * handlers that `@fastify/otel` runs outside of all hooks. Listeners of the raw request and reply run in the session.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.register(sessions({ session: (request: FastifyRequest) => conversationOf(request.user) }))
 * @example app.addHook('onRequest', sessions({ session: (request: FastifyRequest) => conversationOf(request.user) }))
 * @example app.post('/chat', { preHandler: [authenticate, sessions({ session })] }, chat)
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types its request.
  Request extends object = any,
>(options: SessionsOptions<Request>): SessionsPlugin & SessionsHook<Request> {
  const entry = createEntry('fastify', options)
  // Instrumentations name a span after the function.
  function enterSession(target: object, reply: object, done: () => void): void {
    if (isApplication(target)) {
      target.addHook('preHandler', enterSession as SessionsHook<never>)
      done()
      return
    }
    // Returns nothing: Fastify would take a promise for a second way to call `done`.
    const [request, response] = [(target as FastifyParts).raw, (reply as FastifyParts).raw]
    entry.enter(target as Request, () => done(), {
      spans: [spanOf(target)],
      objects: [request],
      emitters: [request, response],
    })
  }
  // As fastify-plugin does it: the hook is one of the application, not of a scope of its own.
  return Object.assign(enterSession, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'otel-sessions',
  })
}

const isApplication = (target: object): target is FastifyApplication =>
  typeof (target as Partial<FastifyApplication>).addHook === 'function'

/** The span that `@fastify/otel` runs hooks and handlers below. */
function spanOf(request: FastifyParts): Span | null | undefined {
  try {
    return request.opentelemetry?.().span
  } catch {
    // The application's own decorator of the same name.
    return undefined
  }
}
