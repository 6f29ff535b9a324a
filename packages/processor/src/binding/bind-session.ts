import { type Context, context } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { SessionInit } from '../scope/session-init.ts'
import { checkContextManager, enterSession } from '../scope/using-session.ts'
import { bindInPlace, bindResult, isNativePromise } from './bind-in-place.ts'
import { canBeViewed, isViewable, viewedObject, viewObject } from './object-view.ts'
import { reportRefused } from './replace-methods.ts'

/**
 * What `bindSession` takes: a function, a generator, an async iterable, a stream, a Response, an EventEmitter, an
 * array or a Promise of these, or an object that holds them.
 */
export type BindableTarget = object

/**
 * Binds something that runs later to a session: a callback, a job for a queue that started earlier, a
 * generator, a stream, an emitter, an object that holds streams. Whoever consumes keeps its own context.
 *
 * - A function comes back as a new one of the same type, that runs in the session with its own `this` and
 *   arguments, and whose result is bound as `usingSession` binds it.
 * - Generators, async iterables, web and Node streams, and the body of a Response or Request are bound in
 *   place, as the same object: what produces runs in the session.
 * - Of an EventEmitter, the same object, the listeners that are added from now on run in the session; they are
 *   removed as before. Binding it again holds for those added after that.
 * - The streams in an array are bound; it is the same array.
 * - A Promise comes back as one whose value is bound.
 * - Any other object that can hold something comes back as a view of it: of the same class, with getters and
 *   methods that run in the session. Streams and Promises that they give are bound, but not objects within.
 *
 * Never throws. Anything else goes back as it is, and so does what is frozen; that is counted, and said once.
 *
 * @param target what to bind, without a session: to the context at the time of the call, with the session
 *   that is in it
 * @example queue.push(bindSession(() => summarise(text)))  // to unsubscribe, keep what comes back
 * @example return new Response(bindSession(stream, 'user_123_conv_456'))
 * @example const { answer, sources } = bindSession(await search(question), 'user_123_conv_456')
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
  context.with(inside, () => checkContextManager(active, inside))
  return bindTarget(target, inside)
}

function bindTarget<T>(target: T, inside: Context): T {
  if (typeof target === 'function') return bindFunction(target, inside)
  if (typeof target !== 'object' || target === null) return unknownTarget(target)
  if (isNativePromise(target)) return target.then((value) => bindTarget(value, inside)) as T
  if (!isThenable(target) && bindInPlace(target, inside, true) !== 'nothing') return target
  try {
    if (Array.isArray(target)) return bindItems(target, inside)
    const object = viewedObject(target)
    if (!isViewable(object)) return unknownTarget(target)
    if (canBeViewed(object)) return viewObject(object, inside) as T
    reportRefused()
    return target
  } catch {
    return unknownTarget(target)
  }
}

/** A lazy one starts where it is awaited, also if it can be iterated as well: only a view reaches that. */
function isThenable(target: object): boolean {
  try {
    return typeof (target as { then?: unknown }).then === 'function'
  } catch {
    return false
  }
}

function bindItems<T extends unknown[]>(items: T, inside: Context): T {
  const outcomes = items.map((item) => bindInPlace(item, inside, true))
  return outcomes.every((outcome) => outcome === 'nothing') ? unknownTarget(items) : items
}

function unknownTarget<T>(target: T): T {
  report('bind:unknown-target', () => {
    return `bindSession leaves its target as it is: it takes a function, a stream, an emitter or an object that holds such, not ${kindOf(target)}`
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
