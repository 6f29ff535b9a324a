import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export type { SessionOfRequest, SessionsOptions }

/** What is read of Nest's `ExecutionContext`. */
export interface NestContext {
  /** The kind of the request: `http`, `ws`, `rpc` or `graphql`. */
  getType(): string
  /** The arguments of the handler; of HTTP, the request and the response. */
  getArgs(): unknown[]
}

/** An interceptor as Nest's `useGlobalInterceptors` and `@UseInterceptors` take it. */
export interface SessionsInterceptor<Context> {
  /** Called by Nest. */
  intercept<Handled>(context: Context, next: { handle(): Handled }): Handled | Promise<Awaited<Handled>>
}

/**
 * Creates an interceptor for Nest: pipes, handlers and the interceptors behind it run in the session of the request, also
 * where they return an Observable. Guards run before interceptors, so they can authenticate.
 *
 * The spans of the request that have started before get the session and the user too, among them the server's. Listeners
 * of an HTTP request and its response run in the session. To have guards in the session as well, use the middleware of
 * `otel-sessions/express`, or the hook of `otel-sessions/fastify`, in its place.
 *
 * @param options `session` gets Nest's `ExecutionContext`
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.useGlobalInterceptors(sessions({ session: (context: ExecutionContext) => conversationOf(context) }))
 */
export function sessions<Context extends NestContext>(
  options: SessionsOptions<Context>,
): SessionsInterceptor<Context> {
  const entry = createEntry('nest', options)
  return {
    intercept(context, next) {
      return entry.enter(context, () => next.handle(), { emitters: emittersOf(context) })
    },
  }
}

/** The request and the response of HTTP: those of Express, or what is within those of Fastify. */
function emittersOf(context: NestContext): unknown[] {
  if (context.getType() !== 'http') return []
  return context
    .getArgs()
    .slice(0, 2)
    .map((part) => Object(part).raw ?? part)
}
