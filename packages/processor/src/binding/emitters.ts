import type { Context } from '@opentelemetry/api'
import type { Listener, Listeners } from './added-listeners.ts'
import { bindAdded, bindListener, bindPerhaps, callWith, REMOVES, removeAdded } from './listeners.ts'
import {
  hasMethod,
  isClass,
  isReplaceable,
  type Method,
  type Methods,
  methodNames,
  type Replacements,
} from './replace-methods.ts'
import { isObservable } from './stream-shapes.ts'

// What an emitter is, is told by a few names. Which of its methods keep a callback is not: each library has some of its
// own, so a function that any of them is given is a listener. Exceptions are methods to which it is a message, and those
// that call it at once.

/** Methods that keep a function, and may call it at once as well. */
const ADDS = /^(?:on|once|add|prepend|observe|watch|subscribe|[ps]Subscribe)(?![a-z])/
/** Methods to which a function is a message or an acknowledgement, and what is not for applications. */
const PASSES =
  /^(?:_|on[a-z]|(?:emit|dispatch|send|publish|postMessage|write|trigger|fire|call|broadcast|listenerCount)(?![a-z]))/

/** The name of a property that takes a handler. */
const SLOT = /^on[A-Za-z]/

/** What makes an object an emitter. */
const SIGNS =
  /^(?:on|once|use|hook|tap|hears|listen|consume|observe|watch|emit|dispatch|trigger|subscribe|add(?:\w*[a-z])?(?:Listener|Handler|Callback|Observer|Hook)s?|register|register[A-Z]\w*|set[A-Z]\w*Handler)$/

/** Whether an object keeps functions, and calls them later. */
export const isEmitter = (target: Methods): boolean =>
  isTransport(target) ||
  emitterMethods(target).some(
    (name) =>
      SIGNS.test(String(name)) ||
      // What an object has of its own, such as `onFinish`, may be a listener itself.
      (/^on[A-Z]/.test(String(name)) && !Object.hasOwn(target, name)),
  )

/** Whether a view is needed as well: the object has methods that do more than to keep listeners. */
export const needsView = (target: Methods): boolean =>
  isEmitter(target) &&
  !isObservable(target) &&
  !(hasMethod(target, 'on') && hasMethod(target, 'emit')) &&
  !['addEventListener', 'then', 'next', 'read', 'pipe', Symbol.asyncIterator].some((name) =>
    hasMethod(target, name),
  )

/** The methods of an object, also those behind a getter that has the name of one that adds listeners. */
function emitterMethods(target: Methods): PropertyKey[] {
  const names = methodNames(target)
  for (let level: object | null = target; level !== null; level = Object.getPrototypeOf(level))
    for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (get !== undefined && !names.includes(name) && (ADDS.test(name) || SIGNS.test(name)))
        if (!(set !== undefined && SLOT.test(name)) && hasMethod(target, name))
          // With a setter, `onMessage` is a property that takes a handler.
          names.push(name)
  return names
}

const emitters = new WeakMap<object, Listeners>()

/**
 * The arguments of a method of an emitter as it gets them itself, if it is one.
 *
 * @returns undefined where functions are not listeners
 */
export function bindForEmitter(emitter: object, name: PropertyKey, args: unknown[]): unknown[] | undefined {
  const listeners = emitters.get(emitter)
  const text = String(name)
  if (listeners === undefined) return undefined
  if (ADDS.test(text)) return bindAdded(listeners, emitter, text, args)
  if (PASSES.test(text)) return undefined
  return REMOVES.test(text) ? args : bindPerhaps(listeners, text, args)
}

/** Binds what a slot is given, such as `onmessage`. */
const bindSlot = (listeners: Listeners, given: unknown): unknown =>
  typeof given === 'function' && !isClass(given)
    ? bindListener(listeners, given as Listener, { inside: listeners.contextFor() })
    : given

/**
 * The replacements for an emitter: listeners that are added from now on run in a context. They are removed, counted and
 * listed as if they were not bound. Whatever other method is given the application's function, the method below (Node's,
 * or another library's) gets the very function that was added in its place.
 *
 * @param contextFor called each time that a listener is added
 */
export function listenerReplacements(target: Methods, contextFor: () => Context): Replacements {
  if (!isEmitter(target)) return []
  const listeners: Listeners = { added: new WeakMap(), contextFor }
  emitters.set(target, listeners)
  const replacements: Replacements = []
  // The methods of a stream are called for each chunk. Those of an Observable are given operators.
  const isStream = hasMethod(target, '_read') || hasMethod(target, '_write') || isObservable(target)
  for (const name of emitterMethods(target)) {
    const text = String(name)
    // An Observable's subscribers keep their own context, and so does who awaits a query.
    if (text === 'subscribe' && isObservable(target)) continue
    if (/^(?:then|catch|finally)$/.test(text) && hasMethod(target, 'then')) continue
    if (ADDS.test(text))
      replacements.push([
        name,
        (method) => {
          const add = addBound(method, text, listeners)
          // It may be a method, or a property that takes a handler.
          return /^on[A-Z]/.test(text) ? boundSlot(target, text, listeners, add) : add
        },
      ])
    else if (REMOVES.test(text)) replacements.push([name, (method) => removeBound(method, text, listeners)])
    else if (!isStream && typeof name === 'string' && !PASSES.test(text) && isReplaceable(target, name))
      replacements.push([name, (method) => passBound(method, text, listeners)])
  }
  for (const name of slotsOf(target)) replacements.push([name, () => boundSlot(target, name, listeners)])
  return replacements
}

const addBound = (add: Method, name: string, listeners: Listeners): Method =>
  function (...args) {
    return add.apply(this, bindAdded(listeners, this, name, args))
  }

const removeBound = (remove: Method, name: string, listeners: Listeners): Method =>
  function (...args) {
    return removeAdded(listeners, this, name, remove, args)
  }

/** Any other method may keep a function, remove it or ask for it. A Proxy, because it may be a class. */
const passBound = (method: Method, name: string, listeners: Listeners): Method =>
  new Proxy(method, {
    apply(_, self, args) {
      const given = bindPerhaps(listeners, name, args)
      return callWith(given, args, () => Reflect.apply(method, self, given))
    },
  })

/** The properties that take a handler: those that there are, and those that MCP's transports and servers begin without. */
function slotsOf(target: Methods): string[] {
  const isOfMcp = isTransport(target) || hasMethod(target, 'setRequestHandler')
  const slots = new Set(isOfMcp ? ['onmessage', 'onclose', 'onerror', 'oninitialized'] : [])
  for (let level: object | null = target; level !== null; level = Object.getPrototypeOf(level))
    // What a prototype has is a method.
    for (const [name, { set, value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (
        /^on[A-Za-z]/.test(name) &&
        (set !== undefined || (level === target && writable && isSlot(value, name)))
      )
        slots.add(name)
  return [...slots]
}

const isTransport = (target: Methods) => ['start', 'send', 'close'].every((name) => hasMethod(target, name))

const isSlot = (value: unknown, name: string) =>
  value === null || value === undefined || (typeof value === 'function' && !ADDS.test(name))

/** A property that binds the handler that it is given. It shows the bound one, because the object itself may call it. */
function boundSlot(target: Methods, name: string, listeners: Listeners, method?: Method): PropertyDescriptor {
  let level: object | null = target
  while (level !== null && !Object.hasOwn(level, name)) level = Object.getPrototypeOf(level)
  const native =
    level === null || method !== undefined ? undefined : Object.getOwnPropertyDescriptor(level, name)
  let value: unknown = method ?? native?.value
  return {
    get() {
      return native?.get === undefined ? value : native.get.call(this)
    },
    set(given: unknown) {
      const bound = bindSlot(listeners, given)
      if (native?.set === undefined) value = bound
      else native.set.call(this, bound)
    },
  }
}
