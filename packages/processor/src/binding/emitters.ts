import { type Context, context } from '@opentelemetry/api'
import { hasMethod, type Method, type Methods, methodsPresent, type Replacements } from './replace-methods.ts'

const ADDERS = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']

const REMOVERS = ['off', 'removeListener']

/** The listeners made here. */
const boundListeners = new WeakSet<object>()

/**
 * The replacements for an emitter: listeners that are added from now on run in a context. They are removed, counted and
 * listed as if they were not bound. To remove one, the method below (Node's, or another library's) gets the very
 * function that it was given.
 *
 * @param contextFor called each time that a listener is added
 */
export function listenerReplacements(target: Methods, contextFor: () => Context): Replacements {
  if (!isEmitter(target)) return []
  const added: AddedListeners = new WeakMap()
  const add = (method: Method) => addBound(method, added, contextFor)
  const remove = (method: Method) => removeBound(method, added)
  return [
    ...methodsPresent(target, ADDERS).map((name) => [name, add]),
    ...methodsPresent(target, REMOVERS).map((name) => [name, remove]),
  ] as Replacements
}

// An emitter without `rawListeners` does not find a listener by its property `listener`.
export const isEmitter = (target: Methods) =>
  hasMethod(target, 'on') &&
  hasMethod(target, 'emit') &&
  hasMethod(target, 'removeListener') &&
  hasMethod(target, 'rawListeners')

type Listener = Method & { listener?: unknown }

/** By the application's listener: what was added in its place, for which event. The last one is removed first. */
type AddedListeners = WeakMap<object, { readonly event: unknown; readonly bound: Method }[]>

function addBound(add: Method, added: AddedListeners, contextFor: () => Context): Method {
  return function (event, listener, ...rest) {
    const bound = typeof listener === 'function' ? bindListener(listener as Listener, contextFor) : listener
    if (bound !== listener) noteAdded(added, event, listener as Listener, bound as Method)
    return add.call(this, event, bound, ...rest)
  }
}

function noteAdded(added: AddedListeners, event: unknown, listener: Listener, bound: Method): void {
  // Node removes a listener by its property `listener` as well, and so does a `once` written by hand.
  for (const known of [listener, listener.listener]) {
    if (typeof known !== 'function') continue
    const all = added.get(known) ?? []
    all.push({ event, bound })
    added.set(known, all)
  }
}

function removeBound(remove: Method, added: AddedListeners): Method {
  return function (event, listener, ...rest) {
    const count = () => (this as { listenerCount?: (event: unknown) => number }).listenerCount?.(event)
    const all = typeof listener === 'function' ? added.get(listener) : undefined
    for (let index = (all?.length ?? 0) - 1; index >= 0; index--) {
      const one = all?.[index]
      if (one === undefined || one.event !== event) continue
      all?.splice(index, 1)
      const before = count()
      const result = remove.call(this, event, one.bound, ...rest)
      // If the count is the same, it ran once and is gone. An older one may still be there.
      if (before === undefined || count() !== before) return result
    }
    return remove.call(this, event, listener, ...rest)
  }
}

function bindListener(listener: Listener, contextFor: () => Context): Method {
  // One method that adds may call another.
  if (boundListeners.has(listener)) return listener
  const { listener: wrapped } = listener
  if (boundListeners.has(wrapped as object)) {
    // The wrapper of `once` around a bound listener: it stands for the application's listener.
    listener.listener = (wrapped as Listener).listener
    return listener
  }
  const inside = contextFor()
  const bound: Listener = function (...args) {
    return context.with(inside, () => listener.apply(this, args))
  }
  bound.listener = wrapped ?? listener
  boundListeners.add(bound)
  return bound
}
