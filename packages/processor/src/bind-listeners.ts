import { type Context, context } from '@opentelemetry/api'
import type { Binding } from './bind-in-place.ts'
import { has, type Method, type Methods, type Plan, present } from './replace-methods.ts'

/** What produces, or takes, in a Node stream. The stream calls them as its own methods. */
const PRODUCERS = ['_read', '_write', '_writev', '_transform', '_flush', '_final', '_destroy']

const ADDERS = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']

/** Our listeners, and whose place they take. */
const originals = new WeakMap<Method, Method>()

/**
 * How a Node stream is bound: what produces runs in the session, also where it is consumed by events. It emits
 * from there, so listeners that are added afterwards get the context in which they are added.
 */
export function nodeStreamPlan(target: Methods, binding: Binding, explicit: boolean): Plan {
  if (!has(target, 'pipe') || !isEmitter(target)) return []
  if (!has(target, '_read') && !(explicit && has(target, '_write'))) return []
  const run = (method: Method): Method =>
    function (...args) {
      return context.with(binding.inside, () => method.apply(this, args))
    }
  const names = present(target, PRODUCERS).filter((name) => name !== '_final' || !isFinalOfTransform(target))
  const produce = names.map((name) => [name, run] as Plan[number])
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
 * listed as if they were not bound: Node knows a listener by its property `listener`, too.
 *
 * @param contextFor asked each time that a listener is added
 */
export function listenerPlan(target: Methods, contextFor: () => Context): Plan {
  if (!isEmitter(target)) return []
  return present(target, ADDERS).map((name) => [name, (add) => addBound(add, contextFor)])
}

// Other emitters have no `rawListeners`, and do not know a listener by its property.
const isEmitter = (target: Methods) =>
  has(target, 'on') && has(target, 'emit') && has(target, 'removeListener') && has(target, 'rawListeners')

function addBound(add: Method, contextFor: () => Context): Method {
  return function (event, listener, ...rest) {
    return add.call(
      this,
      event,
      typeof listener === 'function' ? bindListener(listener as Method, contextFor) : listener,
      ...rest,
    )
  }
}

function bindListener(listener: Method & { listener?: unknown }, contextFor: () => Context): Method {
  const { listener: within } = listener
  const original = typeof within === 'function' ? originals.get(within as Method) : undefined
  if (original !== undefined) {
    // The wrapper of `once` around a listener of ours: it is removed by the one that it stands for.
    listener.listener = original
    return listener
  }
  const inside = contextFor()
  const runs: Method & { listener?: unknown } = function (...args) {
    return context.with(inside, () => listener.apply(this, args))
  }
  runs.listener = within ?? listener
  originals.set(runs, listener)
  return runs
}
