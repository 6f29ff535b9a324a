import { type Context, context } from '@opentelemetry/api'
import {
  type Binding,
  hasMethod,
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
} from './replace-methods.ts'

/** What produces, or takes, in a Node stream. The stream calls them as its own methods. */
const PRODUCERS = ['_read', '_write', '_writev', '_transform', '_flush', '_final', '_destroy']

const ADDERS = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']

const REMOVERS = ['off', 'removeListener']

/** Our own listeners. */
const ours = new WeakSet<object>()

/**
 * How a Node stream is bound: what produces runs in the session, also where it is consumed by events. It emits
 * from there, so listeners that are added afterwards get the context in which they are added.
 */
export function nodeStreamPlan(target: Methods, binding: Binding): Replacements {
  if (!hasMethod(target, 'pipe') || !isEmitter(target)) return []
  if (!hasMethod(target, '_read') && !hasMethod(target, '_write')) return []
  const run = (method: Method): Method =>
    function (...args) {
      return context.with(binding.inside, () => method.apply(this, args))
    }
  const names = methodsPresent(target, PRODUCERS).filter(
    (name) => name !== '_final' || !isFinalOfTransform(target),
  )
  const produce = names.map((name) => [name, run] as Replacements[number])
  return [...produce, ...listenerPlan(target, () => context.active())]
}

/**
 * Node's Transform ends by its own `_final`, which calls `_flush`; seeing another one there, it would call its own
 * as well, and flush twice.
 */
function isFinalOfTransform(target: Methods): boolean {
  let transform: Methods | undefined
  for (let level: Methods | null = target; level !== null; level = Object.getPrototypeOf(level))
    if (Object.hasOwn(level, '_transform')) transform = level
  return transform !== undefined && transform['_final'] === target['_final']
}

/**
 * How an emitter is bound: listeners that are added from now on run in a context. They are removed, counted and
 * listed as if they were not bound. What lies below, Node or another library that replaced the same methods, is
 * told to remove the very function that it was given.
 *
 * @param contextFor asked each time that a listener is added
 */
export function listenerPlan(target: Methods, contextFor: () => Context): Replacements {
  if (!isEmitter(target)) return []
  const added: Added = new WeakMap()
  const add = methodsPresent(target, ADDERS).map((name) => [
    name,
    (method: Method) => addBound(method, added, contextFor),
  ])
  const remove = methodsPresent(target, REMOVERS).map((name) => [
    name,
    (method: Method) => removeBound(method, added),
  ])
  return [...add, ...remove] as Replacements
}

// Other emitters have no `rawListeners`, and do not know a listener by its property.
const isEmitter = (target: Methods) =>
  hasMethod(target, 'on') &&
  hasMethod(target, 'emit') &&
  hasMethod(target, 'removeListener') &&
  hasMethod(target, 'rawListeners')

/** What was added in the place of which function, for which events; the last comes off first. */
type Added = WeakMap<object, { readonly event: unknown; readonly runs: Method }[]>

function addBound(add: Method, added: Added, contextFor: () => Context): Method {
  return function (event, listener, ...rest) {
    const given = typeof listener === 'function' ? bindListener(listener as Listener, contextFor) : listener
    if (given !== listener) note(added, event, listener as Listener, given as Method)
    return add.call(this, event, given, ...rest)
  }
}

type Listener = Method & { listener?: unknown }

function note(added: Added, event: unknown, listener: Listener, runs: Method): void {
  // Node removes a listener by its property `listener`, too: so does a `once` written by hand.
  for (const known of [listener, listener.listener]) {
    if (typeof known !== 'function') continue
    const all = added.get(known) ?? []
    all.push({ event, runs })
    added.set(known, all)
  }
}

function removeBound(remove: Method, added: Added): Method {
  return function (event, listener, ...rest) {
    const count = () => (this as { listenerCount?: (event: unknown) => number }).listenerCount?.(event)
    const all = typeof listener === 'function' ? added.get(listener) : undefined
    for (let index = (all?.length ?? 0) - 1; index >= 0; index--) {
      const one = all?.[index]
      if (one === undefined || one.event !== event) continue
      all?.splice(index, 1)
      const before = count()
      const result = remove.call(this, event, one.runs, ...rest)
      // It ran once, and is gone already; an older one may be there.
      if (before === undefined || count() !== before) return result
    }
    return remove.call(this, event, listener, ...rest)
  }
}

function bindListener(listener: Listener, contextFor: () => Context): Method {
  // One method that adds may call another one.
  if (ours.has(listener)) return listener
  const { listener: within } = listener
  if (ours.has(within as object)) {
    // The wrapper of `once` around a listener of ours: it stands for what ours stands for.
    listener.listener = (within as Listener).listener
    return listener
  }
  const inside = contextFor()
  const runs: Listener = function (...args) {
    return context.with(inside, () => listener.apply(this, args))
  }
  runs.listener = within ?? listener
  ours.add(runs)
  return runs
}
