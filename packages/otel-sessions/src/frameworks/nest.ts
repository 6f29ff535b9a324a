import { context } from '@opentelemetry/api'
import type { RequestParts } from '../requests/arrival/arrival.ts'
import { originIn } from '../requests/arrival/origin.ts'
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
  const [request, message] = [createEntry('nest', options), createEntry('nest', options, 'call')]
  return {
    intercept(execution, next) {
      const type = execution.getType()
      const entry = type === 'ws' || type === 'rpc' ? message : request
      const parts = partsOf(type, execution.getArgs())
      return entry.enter(execution, () => subscribedInside(next.handle()), parts)
    },
  }
}

/**
 * Makes an Observable run where it was made, if it is subscribed to in the context of another request: Nest subscribes
 * where it has called the interceptor. `bindSession` would do that as well, but takes a fifth of a millisecond for each.
 */
function subscribedInside<T>(handled: T): T {
  const target = Object(handled) as { subscribe?(...args: unknown[]): unknown }
  const { subscribe } = target
  if (typeof subscribe !== 'function' || Object.isFrozen(target)) return handled
  const inside = context.active()
  target.subscribe = function (...args) {
    const active = context.active()
    const isOthers = originIn(active) !== undefined && originIn(active) !== originIn(inside)
    return context.with(isOthers ? inside : active, () => Reflect.apply(subscribe, this, args))
  }
  return handled
}

/** What is of Node: Express passes it, and Fastify passes what has it. */
const rawOf = (part: unknown): unknown => Object(part).raw ?? part

function partsOf(type: string, args: unknown[]): RequestParts {
  if (type === 'http') {
    const [request, response] = args.map(rawOf)
    return { objects: [request], emitters: [request, response] }
  }
  // The third argument of a resolver is the context, which has the request.
  return type === 'graphql' ? { objects: [rawOf(Object(args[2]).req)] } : {}
}
