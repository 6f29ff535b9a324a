import { bindSession } from '@otel-sessions/processor'
import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/** A middleware as Koa and its routers take it. */
export type SessionsMiddleware<Context> = (context: Context, next: () => Promise<unknown>) => Promise<void>

/** What is read of Koa's context. */
interface KoaContext {
  readonly req?: unknown
  readonly res?: unknown
  readonly body?: unknown
}

/**
 * Creates a middleware for Koa: everything behind it runs in the session of the request. Put it behind your
 * authentication.
 *
 * The spans of the request that have started before get the session and the user too, among them the server's. A body
 * that is a stream is produced in the session, although Koa sends it when all middlewares have returned. Listeners of the
 * request and the response run in the session.
 *
 * @param options `session` gets Koa's context
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.use(sessions({ session: (ctx: Context) => conversationOf(ctx.state.user) }))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types its context.
  Context extends object = any,
>(options: SessionsOptions<Context>): SessionsMiddleware<Context> {
  const entry = createEntry('koa', options)
  // Instrumentations name a span after the function.
  return async function enterSession(context, next) {
    const { req, res } = context as KoaContext
    await entry.enter(
      context,
      async () => {
        await next()
        bindBody((context as KoaContext).body)
      },
      { objects: [req], emitters: [req, res] },
    )
  }
}

const boundBodies = new WeakSet<object>()

/**
 * Binds a body that Koa reads later: a stream of Node or the web, or a Response. Of several helpers around it, the
 * innermost returns first, and its session takes precedence.
 */
function bindBody(body: unknown): void {
  if (!['pipe', 'getReader', 'clone'].some((name) => typeof Object(body)[name] === 'function')) return
  const stream = body as object
  if (boundBodies.has(stream)) return
  boundBodies.add(stream)
  bindSession(stream)
}
