import { type Context, context } from '@opentelemetry/api'
import {
  type BindWhole,
  bindInPlace,
  bindMethods,
  bindResult,
  isNativePromise,
  runningInBinding,
} from './bind-in-place.ts'
import { type Binding, callbackContexts } from './binding.ts'
import { passesCallbacks } from './callbacks.ts'
import { isEmitter, listenerReplacements } from './emitters.ts'
import {
  hasMethod,
  type Method,
  type Methods,
  methodNames,
  methodsPresent,
  type Replacements,
} from './replace-methods.ts'
import { isObservable, isReopened, LEAVE, startsOtherwise } from './stream-shapes.ts'

/** The methods with which a Node stream produces or consumes. The stream calls them on itself. */
const STREAM_METHODS = ['_read', '_write', '_writev', '_transform', '_flush', '_final', '_destroy']

/**
 * Adds whole Node streams, emitters, and all methods of thenables. Not for `usingSession`: many functions return a stream
 * to which others write as well, such as a logger, or the stream that they have piped to.
 */
export const bindWhole: BindWhole = (target, binding, part) => {
  binding.stays = !mayBeShared(target)
  if (isNodeStream(target)) return nodeStreamReplacements(target, binding)
  const contextFor = callbackContexts(binding)
  if (startsOtherwise(target)) return otherObservableReplacements(target, binding)
  return [
    ...part,
    ...thenableMethodReplacements(target, binding, contextFor),
    ...listenerReplacements(target, contextFor),
  ]
}

/** Whether an object is shared once another scope returns it. An emitter, a generator and a stream are not. */
const mayBeShared = (target: Methods) =>
  isReopened(target) &&
  (isObservable(target) || ['then', 'body', Symbol.asyncIterator].some((name) => name in target))

const isNodeStream = (target: Methods) =>
  hasMethod(target, 'pipe') && isEmitter(target) && methodsPresent(target, ['_read', '_write']).length > 0

/**
 * The replacements for a whole Node stream. Its source runs in the session, also when it is consumed by events. It
 * emits from there, so listeners that are added later get the context in which they are added.
 */
function nodeStreamReplacements(target: Methods, binding: Binding): Replacements {
  const names = methodsPresent(target, STREAM_METHODS).filter(
    (name) => name !== '_final' || !isFinalOfTransform(target),
  )
  const run = names.map((name) => [name, runningInBinding(binding)] as Replacements[number])
  return [...run, ...listenerReplacements(target, () => context.active())]
}

/** Node's Transform ends with its own `_final`, which calls `_flush`. If it is replaced, Node calls both: two flushes. */
function isFinalOfTransform(target: Methods): boolean {
  let transform: Methods | undefined
  for (let level: Methods | null = target; level !== null; level = Object.getPrototypeOf(level))
    if (Object.hasOwn(level, '_transform')) transform = level
  return transform !== undefined && transform['_final'] === target['_final']
}

/**
 * The replacements for the other methods of a thenable. A query builder has many, some of which start it or make
 * another one. They run in the session, and what they return is bound as well.
 */
function thenableMethodReplacements(
  target: Methods,
  binding: Binding,
  contextFor: () => Context,
): Replacements {
  if (!hasMethod(target, 'then')) return []
  const others = methodNames(target).filter(
    (name) => !STARTED.has(name) && (name !== 'subscribe' || !isObservable(target)),
  )
  const passed = passesCallbacks(contextFor)
  return others.map((name) => [name, methodInside(binding, (args) => passed(args, name))])
}

/** What `usingSession` replaces. */
const STARTED = new Set<PropertyKey>(['then', 'catch', 'finally', 'exec', 'execute'])

/**
 * The replacements for an Observable that a listener starts which is added by name (xstream, Kefir). The same listener
 * is the same to the library, because it removes it again. Listeners keep their own context.
 */
function otherObservableReplacements(target: Methods, binding: Binding): Replacements {
  const passed = passesCallbacks(() => context.active())
  const leaving = (made: unknown) => bindMethods(made, LEAVE, binding)
  return methodNames(target)
    .filter((name) => LISTENS.test(String(name)))
    .map((name) => [name, methodInside(binding, (args) => passed(args, name), leaving)])
}

const LISTENS = /^(?:on|add|observe|subscribe|off|remove|unobserve|to)(?![a-z])/

/** A Proxy, because what looks like a method may be a class. */
function methodInside(
  binding: Binding,
  passed: (args: unknown[]) => unknown[],
  bind?: (made: unknown) => unknown,
): (method: Method) => Method {
  return (method) =>
    new Proxy(method, {
      apply(_, self, args) {
        const { inside } = binding
        if (inside === undefined) return Reflect.apply(method, self, args)
        const given = passed(args)
        const result = context.with(inside, () => Reflect.apply(method, self, given))
        if (result === self) return result
        if (isNativePromise(result)) return bindResult(result, inside)
        if (bind !== undefined) return bind(result)
        const made = Object(result) as Methods
        bindInPlace(result, inside, undefined, hasMethod(made, 'then') ? bindWhole : undefined)
        return result
      },
    })
}
