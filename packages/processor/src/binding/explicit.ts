import { context } from '@opentelemetry/api'
import { bindInPlace, bindResult, type ExplicitBinding, inContext, isNativePromise } from './bind-in-place.ts'
import { type Binding, isElsewhere, runIn } from './binding.ts'
import { isEmitter, listenerReplacements } from './emitters.ts'
import {
  hasMethod,
  type Method,
  type Methods,
  methodNames,
  methodsPresent,
  type Replacements,
} from './replace-methods.ts'

/** The methods with which a Node stream produces or consumes. The stream calls them on itself. */
const STREAM_METHODS = ['_read', '_write', '_writev', '_transform', '_flush', '_final', '_destroy']

/** How Node streams, emitters, and all methods of thenables are bound. Only `bindSession` does so. */
export const EXPLICIT: ExplicitBinding = {
  nodeStream: nodeStreamReplacements,
  thenable: thenableMethodReplacements,
  emitter: (target, binding) =>
    listenerReplacements(
      target,
      () => (isElsewhere(binding) ? undefined : binding.inside) ?? context.active(),
    ),
}

/**
 * The replacements for a whole Node stream. Its source runs in the session, also when it is consumed by events. It
 * emits from there, so listeners that are added later get the context in which they are added.
 */
function nodeStreamReplacements(target: Methods, binding: Binding): Replacements {
  if (!hasMethod(target, 'pipe') || !isEmitter(target)) return []
  if (!hasMethod(target, '_read') && !hasMethod(target, '_write')) return []
  const names = methodsPresent(target, STREAM_METHODS).filter(
    (name) => name !== '_final' || !isFinalOfTransform(target),
  )
  const run = names.map((name) => [name, inContext(binding)] as Replacements[number])
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
function thenableMethodReplacements(target: Methods, binding: Binding): Replacements {
  if (!hasMethod(target, 'then')) return []
  const others = methodNames(target).filter((name) => !STARTED.has(name))
  return others.map((name) => [name, methodInside(binding)])
}

/** What `lazyReplacements` replaces. */
const STARTED = new Set<PropertyKey>(['then', 'catch', 'finally', 'exec', 'execute'])

/** A Proxy, because what looks like a method may be a class. */
function methodInside(binding: Binding): (method: Method) => Method {
  return (method) =>
    new Proxy(method, {
      apply(_, self, args) {
        const { inside } = binding
        const result = runIn(inside, () => Reflect.apply(method, self, args))
        if (result === self || inside === undefined) return result
        if (isNativePromise(result)) return bindResult(result, inside)
        const made = Object(result) as Methods
        bindInPlace(result, inside, undefined, hasMethod(made, 'then') ? EXPLICIT : undefined)
        return result
      },
    })
}
