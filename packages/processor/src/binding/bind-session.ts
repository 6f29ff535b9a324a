// Binding: what runs later, or is pulled from later, runs in a session. Calls run one way:
//   usingSession -> bind-in-place -> web-streams, lazy
//   bindSession  -> explicit, object-view -> bind-in-place -> web-streams, lazy
// `stream-shapes.ts` tells what an object is, `replace-methods.ts` replaces its methods on the object itself,
// and `binding.ts` says whose session a consumption gets. `lazy.ts` keeps callbacks outside, `emitters.ts` tells what an
// emitter is, and `listeners.ts` what it is given in place of a listener (`listener-shapes.ts`, `added-listeners.ts`).
// Emitters, whole Node streams, and views of objects that hold streams are reached through `bindSession` only.
import { type Context, context } from '@opentelemetry/api'
import { kindOf, logUnheard } from '@otel-sessions/semconv/internal'
import { extendScope } from '#check-scope'
import { report } from '../report/report.ts'
import { readScope } from '../scope/scope.ts'
import type { SessionInit } from '../scope/session-init.ts'
import { checkContextManager, enterSession } from '../scope/using-session.ts'
import { bindInPlace, bindResult, isNativePromise } from './bind-in-place.ts'
import { bindingTo, callbackContexts } from './binding.ts'
import { passesCallbacks } from './callbacks.ts'
import { needsView } from './emitters.ts'
import { bindWhole } from './explicit.ts'
import { canBeViewed, isLazy, isViewable, viewedObject, viewObject } from './object-view.ts'
import { type Methods, reportRejected } from './replace-methods.ts'

/**
 * What `bindSession` takes: a function, a generator, an async iterable, a stream, a Response, a thenable, an Observable,
 * an emitter, an array or a Promise of these, or an object that holds them.
 */
export type BindableTarget = object

/**
 * Binds something that runs later to a session: a callback, a job for a queue that started earlier, a generator, a
 * stream, a query, an emitter, an object that holds streams. Its consumer keeps its own context.
 *
 * - A function comes back as a new one of the same type. It runs in the session with its own `this` and arguments, and
 *   its result is bound as `usingSession` binds it.
 * - Generators, async iterables, web and Node streams, and the body of a Response or Request are bound in place, as
 *   the same object: their source runs in the session.
 * - Query builders and other thenables, and Observables, are bound in place as well, a thenable with all its methods.
 *   Of a frozen one, a view comes back.
 * - An emitter (Node's, an EventTarget, a socket, an MCP transport, an application of Express) stays the same object.
 *   Callbacks that any of its methods is given from now on run in the session, and are removed as before. They may be
 *   in an array or a plain object. Not bound are arguments of `emit` and `send`, and what a method calls at once. A
 *   callback that is given in another scope runs there. If the emitter is bound again, later callbacks run in the later
 *   session.
 * - The streams in an array are bound; it is the same array.
 * - A Promise comes back as one whose value is bound.
 * - Any other object that can hold something comes back as a view of it: of the same class, with getters and methods
 *   that run in the session. Streams and Promises that they return are bound, but not the objects within. Callbacks that
 *   its methods are given run in the session, or in the scope of the caller if that is another one.
 *
 * Never throws. Everything else comes back as it is, and so does what is frozen; that is counted, and logged once.
 *
 * @param target what to bind. Without a session it is bound to the active context, with the session in it
 * @example queue.push(bindSession(() => summarise(text)))  // to unsubscribe, keep what comes back
 * @example return new Response(bindSession(stream, 'user_123_conv_456'))
 * @example const { answer, sources } = bindSession(await search(question), 'user_123_conv_456')
 */
export function bindSession<T extends BindableTarget>(target: T): T
/**
 * Binds something that runs later to a session of its own.
 *
 * @param target what to bind
 * @param session as for `usingSession`
 */
export function bindSession<T extends BindableTarget>(target: T, session: string | SessionInit | null): T
export function bindSession<T extends BindableTarget>(
  target: T,
  ...session: [session?: string | SessionInit | null]
): T {
  logUnheard()
  const active = context.active()
  // An argument that is present but undefined is a bug in the caller, and clears the session.
  const inside = session.length > 0 ? enterSession(active, session[0]) : active
  context.with(inside, () => checkContextManager(active, inside))
  extendScope(readScope(inside)?.decidingScope)
  return bindTarget(target, inside, active)
}

function bindTarget<T>(target: T, inside: Context, outer: Context): T {
  if (typeof target === 'function') {
    // It may be a query or an emitter, too.
    const outcome = bindInPlace(target, inside, outer, bindWhole)
    if (outcome === 'nothing' && isLazy(target)) {
      if (canBeViewed(target)) return viewObject(target, inside, outer)
      reportRejected(true)
    }
    return bindFunction(target, inside, outer)
  }
  if (typeof target !== 'object' || target === null) return unknownTarget(target)
  if (isNativePromise(target)) return target.then((value) => bindTarget(value, inside, outer)) as T
  const outcome = bindInPlace(target, inside, outer, bindWhole)
  try {
    const isBound = outcome === 'bound'
    if (outcome === 'rejected' || (isBound && !needsView(target as Methods))) return target
    if (Array.isArray(target)) return bindItems(target, inside, outer)
    const object = viewedObject(target)
    if (!isViewable(object)) return isBound ? target : unknownTarget(target)
    if (canBeViewed(object)) return viewObject(object, inside, outer) as T
    reportRejected(isLazy(object))
    return target
  } catch {
    return unknownTarget(target)
  }
}

function bindItems<T extends unknown[]>(items: T, inside: Context, outer: Context): T {
  const outcomes = items.map((item) => bindInPlace(item, inside, outer, bindWhole))
  return outcomes.every((outcome) => outcome === 'nothing') ? unknownTarget(items) : items
}

function unknownTarget<T>(target: T): T {
  report('bind:unknown-target', () => {
    return `bindSession does not bind its target: it takes a function, a stream, an emitter, or an object that holds these, not ${kindOf(target)}`
  })
  return target
}

/** A Proxy keeps everything about the function: its name, number of arguments, properties, `new`. */
function bindFunction<T extends object>(fn: T, inside: Context, outer: Context): T {
  const contextFor = callbackContexts(bindingTo(inside, outer))
  const passed = passesCallbacks(contextFor)
  // A callback of another scope stays there. All other arguments are passed on as they are.
  const given = (args: unknown[]) => (contextFor() === inside ? args : passed(args, 'call'))
  return new Proxy(fn, {
    apply(_, self, args) {
      const own = given(args)
      return context.with(inside, () => bindResult(Reflect.apply(fn as never, self, own), inside))
    },
    construct(_, args, target) {
      const own = given(args)
      return context.with(inside, () => Reflect.construct(fn as never, own, target) as object)
    },
  })
}
