import { type Context, context } from '@opentelemetry/api'
import { hasMethod, type Method, type Methods, methodNames, type Replacements } from './replace-methods.ts'
import { isObservable } from './stream-shapes.ts'

// An emitter is known by the names of its methods, because each library has some of its own: socket.io's `onAny`,
// `prependAny` and `use`, `addEventListener`, node-redis's `pSubscribe`, MCP's `setRequestHandler`. Only functions that
// they are given are bound, so an argument of `emit` or the acknowledgement that it waits for is not.

/** The methods that keep a function and can remove it again. */
const ADDS = /^(?:on|once|add|prepend|observe|watch|subscribe|[ps]Subscribe)(?![a-z])/
/** The methods that keep a function for good. */
const SETS = /^(?:use|register|handle(?:Once)?$|set\w+Handler$|run$)(?![a-z])/
const REMOVES = /^(?:off|remove|un(?:observe|watch|subscribe))(?![a-z])|Unsubscribe$/
/** Options with functions in them, such as those of KafkaJS's `run({ eachMessage })`. */
const OPTIONS = /^(?:each|on|handle)[A-Z]|^callback$/

/** What makes an object an emitter. */
const SIGNS = /^(?:on|addListener|addEventListener|subscribe|register[A-Z]\w*|set[A-Z]\w*Handler)$/

/** Whether an object keeps functions, and calls them later. */
export const isEmitter = (target: Methods): boolean =>
  isTransport(target) || methodNames(target).some((name) => SIGNS.test(String(name)))

/** Whether a view is needed as well: the object has methods that do more than to keep listeners. */
export const needsView = (target: Methods): boolean =>
  isEmitter(target) &&
  !isObservable(target) &&
  !(hasMethod(target, 'on') && hasMethod(target, 'emit')) &&
  !['addEventListener', 'then', 'next', 'read', 'pipe', Symbol.asyncIterator].some((name) =>
    hasMethod(target, name),
  )

/** Whether a method of an emitter keeps a listener. */
export const isRegistration = (name: PropertyKey): boolean =>
  name !== 'run' && (ADDS.test(String(name)) || SETS.test(String(name)))

/** The application's listener, by what was added in its place. */
const originals = new WeakMap<object, object>()

interface Added {
  readonly event: unknown
  readonly capture: boolean
  readonly bound: Listener
  /** Removes it when it is aborted. */
  readonly signal: unknown
}

/** By the application's listener: what was added in its place. The last one is removed first. */
type AddedListeners = WeakMap<object, Added[]>

type Listener = Method & { listener?: unknown; fn?: unknown }

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
  const list = ['rawListeners', 'listeners'].find((name) => hasMethod(target, name))
  const listed = list === undefined ? () => undefined : (target[list] as Method).bind(target)
  const replacements: Replacements = []
  for (const name of methodNames(target)) {
    const text = String(name)
    // An Observable's subscribers keep their own context.
    if (text === 'subscribe' && isObservable(target)) continue
    if (ADDS.test(text))
      replacements.push([name, (method) => addBound(method, text, contextFor, { added, listed })])
    else if (SETS.test(text)) replacements.push([name, (method) => addBound(method, text, contextFor)])
    else if (REMOVES.test(text)) replacements.push([name, (method) => removeBound(method, text, added)])
  }
  for (const name of slotsOf(target)) replacements.push([name, () => boundSlot(target, name, contextFor)])
  return replacements
}

/** What an emitter that removes has added. */
interface Notes {
  readonly added: AddedListeners
  /** Lists what it has for an event, if it can. */
  readonly listed: (event: unknown) => unknown
}

function addBound(add: Method, name: string, contextFor: () => Context, notes?: Notes): Method {
  return function (...args) {
    const place = placeOf(name, args)
    const given = args.map((arg, index) => {
      // An event may be named by an object.
      if (!isListener(arg) || (index === 0 && args.length > 1 && typeof arg === 'object'))
        return index > 0 || args.length === 1 ? bindOptions(arg, contextFor) : arg
      // An EventTarget adds the same listener once.
      const before = name === 'addEventListener' ? notes?.added.get(arg)?.findLast(isAt(place)) : undefined
      if (before !== undefined && (Object(before.signal) as Methods)['aborted'] !== true) return before.bound
      const forget = () => {
        for (const known of [arg, arg.listener])
          if (notes !== undefined) forgetAdded(notes.added, known as object, (one) => one.bound === bound)
      }
      const { once, signal } = (typeof args[2] === 'object' ? (args[2] ?? {}) : {}) as Methods
      const bound = bindListener(arg, contextFor, once === true || /once/i.test(name) ? forget : undefined)
      if (bound === arg || notes === undefined) return bound
      noteAdded(notes, arg, { ...place, bound, signal })
      return bound
    })
    return add.apply(this, given)
  }
}

function removeBound(remove: Method, name: string, added: AddedListeners): Method {
  return function (...args) {
    const index = args.findIndex((arg) => added.has(Object(arg)))
    const listener = args[index] as object
    const place = placeOf(name, args)
    for (let one = index < 0 ? undefined : forgetAdded(added, listener, isAt(place)); one !== undefined; ) {
      const before = countOf(this, place.event)
      const result = remove.apply(this, args.with(index, one.bound))
      // If the count is the same, it ran once and is gone. An older one may still be there.
      if (before === undefined || countOf(this, place.event) !== before) return result
      one = forgetAdded(added, listener, isAt(place))
    }
    return remove.apply(this, args)
  }
}

const isListener = (value: unknown): value is Listener =>
  typeof value === 'function'
    ? Object.getOwnPropertyDescriptor(value, 'prototype')?.writable !== false
    : typeof value === 'object' && value !== null && hasMethod(value as Methods, 'handleEvent')

/** For which event, and in which phase of an EventTarget, a listener is added or removed. */
function placeOf(name: string, [event, , options]: unknown[]): Pick<Added, 'event' | 'capture'> {
  const phase = name.includes('EventListener') ? options : undefined
  const capture = phase === true || (Object(phase) as Methods)['capture'] === true
  return { event: isListener(event) ? undefined : event, capture }
}

const isAt = (place: Pick<Added, 'event' | 'capture'>) => (one: Added) =>
  one.event === place.event && one.capture === place.capture

function noteAdded({ added, listed }: Notes, listener: Listener, one: Added): void {
  // Node removes a listener by its property `listener` as well, and so does a `once` written by hand.
  for (const known of [listener, listener.listener]) {
    if (typeof known !== 'function' && known !== listener) continue
    const all = added.get(known as object) ?? []
    all.push(one)
    added.set(known as object, hasGrown(all.length) ? stillListed(all, listed) : all)
  }
}

/** At 64, 128, 256, …: looking at all of them costs the more the more there are. */
const hasGrown = (count: number) => count >= 64 && (count & (count - 1)) === 0

/** Those that the emitter has not removed unasked, as `removeAllListeners` does. */
function stillListed(all: Added[], listed: Notes['listed']): Added[] {
  const has = new Map<unknown, unknown>()
  return all.filter(({ event, bound }) => {
    if (!has.has(event)) has.set(event, listed(event))
    const there = has.get(event)
    return !Array.isArray(there) || there.includes(bound)
  })
}

/** Forgets the last one that was added in place of a listener, and returns it. */
function forgetAdded(
  added: AddedListeners,
  listener: object,
  isIt: (one: Added) => boolean,
): Added | undefined {
  const all = added.get(listener) ?? []
  const index = all.findLastIndex(isIt)
  return index < 0 ? undefined : all.splice(index, 1)[0]
}

function countOf(target: unknown, event: unknown): unknown {
  if (event === undefined) return undefined
  const emitter = target as Methods
  if (hasMethod(emitter, 'listenerCount')) return (emitter['listenerCount'] as Method)(event)
  const listed = hasMethod(emitter, 'listeners') ? (emitter['listeners'] as Method)(event) : undefined
  return Array.isArray(listed) ? listed.length : undefined
}

/**
 * Makes a listener run in the context that is right where it is added.
 *
 * @param once called when it runs, because it is removed then
 */
function bindListener(listener: Listener, contextFor: () => Context, once?: () => void): Listener {
  // One method that adds may call another.
  if (originals.has(listener)) return listener
  for (const name of ['listener', 'fn'] as const) {
    const wrapped = originals.get(Object(listener[name]))
    if (wrapped === undefined) continue
    // The wrapper of `once` around a bound listener: it stands for the application's listener.
    listener[name] = wrapped
    return listener
  }
  const inside = contextFor()
  const bound: Listener = function (...args) {
    once?.()
    return context.with(inside, () => callListener(listener, this, args))
  }
  bound.listener = listener.listener ?? listener
  // Some count the arguments that a handler takes.
  Object.defineProperty(bound, 'length', { value: listener.length, configurable: true })
  originals.set(bound, listener)
  return bound
}

const callListener = (listener: Listener, self: unknown, args: unknown[]): unknown =>
  typeof listener === 'function'
    ? listener.apply(self, args)
    : (listener as { handleEvent: Method }).handleEvent(...args)

/** Options with functions in them are copied, with these bound. */
function bindOptions(given: unknown, contextFor: () => Context): unknown {
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return given
  const functions = Object.entries(given).filter(([name, one]) => OPTIONS.test(name) && isListener(one))
  if (functions.length === 0) return given
  return {
    ...given,
    ...Object.fromEntries(functions.map(([name, one]) => [name, bindListener(one, contextFor)])),
  }
}

/** The properties that take a handler: those that there are, and those that MCP's transports and servers begin without. */
function slotsOf(target: Methods): string[] {
  const isOfMcp = isTransport(target) || hasMethod(target, 'setRequestHandler')
  const slots = new Set(isOfMcp ? ['onmessage', 'onclose', 'onerror', 'oninitialized'] : [])
  for (let level: object | null = target; level !== null; level = Object.getPrototypeOf(level))
    // What a prototype has is a method.
    for (const [name, { set, value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (/^on[a-z]/.test(name) && (set !== undefined || (level === target && writable && isSlot(value))))
        slots.add(name)
  return [...slots]
}

const isTransport = (target: Methods) => ['start', 'send', 'close'].every((name) => hasMethod(target, name))

const isSlot = (value: unknown) => typeof value === 'function' || value === null || value === undefined

/** A property that binds the handler that it is given. It shows the bound one, because the object itself may call it. */
function boundSlot(target: Methods, name: string, contextFor: () => Context): PropertyDescriptor {
  let level: object | null = target
  while (level !== null && !Object.hasOwn(level, name)) level = Object.getPrototypeOf(level)
  const native = level === null ? undefined : Object.getOwnPropertyDescriptor(level, name)
  let { value } = native ?? {}
  return {
    get() {
      return native?.get === undefined ? value : native.get.call(this)
    },
    set(given: unknown) {
      const bound = isListener(given) ? bindListener(given, contextFor) : given
      if (native?.set === undefined) value = bound
      else native.set.call(this, bound)
    },
  }
}
