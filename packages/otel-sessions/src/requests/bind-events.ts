import { type Context, context, createContextKey, type Span, trace } from '@opentelemetry/api'

/** Says in a context which request it is part of. */
const REQUEST = createContextKey('otel-sessions.request')

interface Emitter {
  emit?(...args: unknown[]): unknown
}

/** Where the listeners of an emitter run: of a second helper on the same request, in its context. */
const contexts = new WeakMap<object, Context>()

/**
 * Runs a function in a context that knows which request it is part of, and makes the emitters of the request, such as
 * Node's response, emit in that context: their listeners run in its session, also those that were added earlier.
 *
 * What is emitted by code of the request keeps that code's context. All other events, such as those of a socket, or of a
 * response that another user's request writes to, are emitted below the server's span.
 *
 * `bindSession` on a response would do that as well, but takes a quarter of a millisecond for each.
 *
 * @param server the server's span, if there is one
 */
export function bindEvents<T>(emitters: readonly unknown[], server: Span | undefined, fn: () => T): T {
  const inside = context.active().setValue(REQUEST, {})
  const outermost = server === undefined ? inside : trace.setSpan(inside, server)
  for (const emitter of emitters) bindEmitter(emitter, outermost)
  return context.with(inside, fn)
}

function bindEmitter(emitter: unknown, inside: Context): void {
  const target = Object(emitter) as Emitter
  const { emit } = target
  if (typeof emit !== 'function') return
  const isBound = contexts.has(target)
  contexts.set(target, inside)
  if (isBound) return
  const value = function (this: unknown, ...args: unknown[]) {
    const bound = contexts.get(target) as Context
    const isInside = context.active().getValue(REQUEST) === bound.getValue(REQUEST)
    return isInside ? emit.apply(this, args) : context.with(bound, () => emit.apply(this, args))
  }
  // Not enumerable, so that nobody prints or copies it. A frozen emitter stays as it is.
  Reflect.defineProperty(target, 'emit', { value, writable: true, configurable: true, enumerable: false })
}
