import { type Context, context } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { bindInPlace } from './bind-in-place.ts'
import { bindResult } from './bind-result.ts'
import { checkContextManager } from './context-check.ts'
import { report } from './report.ts'
import type { SessionInit } from './session-init.ts'
import { enterSession } from './using-session.ts'

/** What `bindSession` takes: a function, a generator, or anything that can be iterated with `for await`. */
export type BindableTarget =
  | ((...args: never[]) => unknown)
  | Iterator<unknown>
  | AsyncIterator<unknown>
  | AsyncIterable<unknown>
  | {
      /** As a web `ReadableStream` has it. */
      getReader(): unknown
    }

/**
 * Binds something that runs later to a session: a callback, a job for a queue that started earlier, a
 * generator, a stream.
 *
 * A function comes back as a new one of the same type, that runs in the session with its own `this` and
 * arguments, and whose result is bound as `usingSession` binds it. Generators, async iterables and streams are
 * bound in place, as the same object: `next`, `return` and `throw` run in the session, whoever iterates
 * keeps its own context.
 *
 * Never throws. Anything else goes back as it is; that is counted, and said once.
 *
 * @param target what to bind, without a session: to the context at the time of the call, with the session
 *   that is in it
 * @example queue.push(bindSession(() => summarise(text)))  // to unsubscribe, keep what comes back
 * @example return new Response(bindSession(stream, 'user_123_conv_456'))
 */
export function bindSession<T extends BindableTarget>(target: T): T
/**
 * The same, in a session of its own.
 *
 * @param target what to bind
 * @param session as for `usingSession`
 */
export function bindSession<T extends BindableTarget>(target: T, session: string | SessionInit | null): T
export function bindSession<T extends BindableTarget>(
  target: T,
  ...session: [session?: string | SessionInit | null]
): T {
  const active = context.active()
  // An argument that is there but undefined is a bug of the caller's, and states absence.
  const inside = session.length > 0 ? enterSession(active, session[0]) : active
  context.with(inside, () => checkContextManager(inside))
  if (typeof target === 'function') return bindFunction(target, inside)
  if (bindInPlace(target, inside, true) !== 'nothing') return target
  report('bind:unknown-target', () => {
    return `bindSession leaves its target as it is: it takes a function, a generator or an async iterable, not ${kindOf(target)}`
  })
  return target
}

/** A proxy keeps everything that the function is: name, number of arguments, properties, `new`. */
function bindFunction<T extends object>(fn: T, inside: Context): T {
  return new Proxy(fn, {
    apply: (_, self, args) =>
      context.with(inside, () => bindResult(Reflect.apply(fn as never, self, args), inside)),
    construct: (_, args, target) =>
      context.with(inside, () => Reflect.construct(fn as never, args, target) as object),
  })
}
