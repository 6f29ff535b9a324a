import { type Context, context } from '@opentelemetry/api'
import { readScope } from '../scope/scope.ts'
import {
  type Added,
  forgetAdded,
  forgetOnce,
  isAt,
  isNear,
  type Listener,
  type Listeners,
  liveOf,
  noteAdded,
  type Place,
  placeOf,
} from './added-listeners.ts'
import { bindResult } from './bind-in-place.ts'
import { isSameSession, sessions } from './binding.ts'
import { holdsListeners, isHeard, isListenerObject, isPlain, LISTENS } from './listener-shapes.ts'
import { hasMethod, isReplaceable, type Method, type Methods } from './replace-methods.ts'

// What an emitter is given in place of the application's listeners, and how it gets the same again to remove them.

/** Methods to which a function, from whatever scope, may be one that was passed before. */
export const COMPARES =
  /^(?:off|un(?!til|ion|shift|ique|less|der|it)[a-z]*|remove|delete|deregister|detach|disconnect|dispose|eject|evict|cancel|clear|drop|forget|purge|release|stop|has|is|includes|contains|indexOf|listenerCount)(?![a-z])/
/** What a method may be named after that removes or finds functions. */
const OF_FUNCTIONS =
  /^[a-z]+$|(?:Listener|Handler|Callback|Observer|Hook|Subscri(?:ber|ption)|Interceptor|Middleware|Watcher|Event|Function|Fn|Once|Any|All|Of|Count|ing)s?$/

/**
 * Whether a method removes or finds a function for whoever passed it. `deleteRow(id, done)` does not: it calls `done`, and
 * must not get one that runs in another session.
 */
export const comparesAny = (name: string, args: unknown[]): boolean =>
  /^off/.test(name) ||
  (OF_FUNCTIONS.test(name) && (args.length < 2 || ['string', 'symbol', 'function'].includes(typeof args[0])))

/** Methods that take off a listener of one event. */
export const REMOVES = /^(?:off|remove|un(?:observe|watch|subscribe))(?![a-z])|Unsubscribe$/
/** Methods that only ask for a listener. */
const ASKS = /^(?:has|is|get|find|includes|contains|count|index)(?![a-z])/

/** What was added in place of the application's listener. */
interface Bound {
  readonly listener: object
  readonly inside: Context
  /** Removes it when it is aborted. */
  readonly signal: unknown
  /** How many methods run that were given it, and that perhaps call it at once. */
  running: number
}

const bounds = new WeakMap<object, Bound>()

/** The application's listener, if a value was added in its place. */
export const listenerOf = (value: unknown): object | undefined => bounds.get(Object(value))?.listener

/** The arguments of a method that adds listeners, with those bound. */
export function bindAdded(listeners: Listeners, self: unknown, name: string, args: unknown[]): unknown[] {
  return args.map((arg, index) => {
    if (!isHeard(arg, index, args, name)) return arg
    const place = placeOf(name, args)
    const inside = listeners.contextFor()
    if (typeof arg === 'object' && !isListenerObject(arg, name))
      return bindPassed(listeners, arg, place, inside)
    const listener = arg as Listener
    // An EventTarget adds the same listener once.
    const session = sessions.idIn?.(inside)
    const before =
      name === 'addEventListener'
        ? liveOf(listeners, listener, session, isAt(place)).at(-1)?.ref.deref()
        : undefined
    if (before !== undefined && !isAborted(before)) return before
    const { once, signal } = isPlain(args[2]) ? args[2] : ({} as Methods)
    const isOnce = once === true || /once/i.test(name)
    // What is added again is the same function again, as a Set has it once. Node's emitters count.
    const isSame = ({ isOnce, ref }: Added) =>
      !isOnce && bounds.get(ref.deref() as Listener)?.inside === inside
    const isCounted =
      place.event !== undefined && ['listenerCount', 'listeners'].some((how) => hasMethod(Object(self), how))
    const same =
      isOnce || isCounted ? undefined : liveOf(listeners, listener, session).findLast(isSame)?.ref.deref()
    const forget = () => forgetOnce(listeners, listener, () => bound)
    const bound =
      same ?? bindListener(listeners, listener, { inside, signal, once: isOnce ? forget : undefined })
    if (bound !== listener)
      noteAdded(listeners, listener, bound, { ...place, isOnce, session }, same !== undefined)
    return bound
  })
}

/** The arguments of any other method: it may keep the functions that it is given, or remove them. */
export function bindPerhaps(listeners: Listeners, name: string, args: unknown[]): unknown[] {
  if (COMPARES.test(name)) return passKnown(listeners, name, args)
  return args.map((arg, index) =>
    isHeard(arg, index, args, name)
      ? bindPassed(listeners, arg, placeOf(name, args), listeners.contextFor(), name)
      : arg,
  )
}

/** Calls a method with what was bound for it. Functions that it calls at once run in the context of the caller. */
export function callWith(given: unknown[], args: unknown[], call: () => unknown): unknown {
  const passed = given.flatMap((one, index) => (one === args[index] ? [] : (bounds.get(Object(one)) ?? [])))
  for (const one of passed) one.running++
  try {
    return call()
  } finally {
    for (const one of passed) one.running--
  }
}

/** Binds what a method may keep: the same for the same context, so that it may be removed as well. */
function bindPassed(
  listeners: Listeners,
  listener: object,
  place: Place,
  inside: Context,
  name = '',
): unknown {
  // A method that may keep a function must not get one that another user has added.
  const known = findKnown(listeners, listener, place, name, (one) => isSameSession(one, inside))
  const bound = known ?? bindListener(listeners, listener as Listener, { inside, stays: true })
  if (bound !== listener)
    noteAdded(
      listeners,
      listener as Listener,
      bound,
      { ...place, isOnce: false, session: sessions.idIn?.(inside) },
      known !== undefined,
    )
  return bound
}

/** Calls a method that removes a listener of an event. */
export function removeAdded(
  listeners: Listeners,
  self: unknown,
  name: string,
  remove: Method,
  args: unknown[],
): unknown {
  const index = args.findIndex((arg) => isKnown(listeners, arg))
  const listener = args[index] as object
  const place = placeOf(name, args)
  const those = index < 0 ? [] : ranked(listeners, listener, isAt(place))
  if (those.length === 0) return remove.apply(self, passKnown(listeners, name, args))
  for (const one of those.toReversed()) {
    forgetAdded(listeners, listener, one)
    const before = countOf(self, place.event)
    const result = remove.apply(self, args.with(index, one.ref.deref()))
    // If the count is the same, it ran once and is gone. An older one may still be there.
    if (before === undefined || countOf(self, place.event) !== before) return result
  }
  return remove.apply(self, args)
}

/** The arguments, with what was added in place of the application's listeners, also of those in an array or a map. */
function passKnown(listeners: Listeners, name: string, args: unknown[]): unknown[] {
  const place = placeOf(name, args)
  const inside = listeners.contextFor()
  const isOf = comparesAny(name, args) ? () => true : (one: Context) => isSameSession(one, inside)
  const known = (arg: unknown, at: Place) =>
    isKnown(listeners, arg) ? (findKnown(listeners, arg as object, at, name, isOf) ?? arg) : arg
  return args.map((arg) => {
    const one = known(arg, place)
    if (one !== arg || !isPlain(arg)) return one
    if (!holdsListeners(arg, 0)) return arg
    if (Array.isArray(arg)) return arg.map((value) => known(value, place))
    const values = Object.entries(arg)
    return Object.fromEntries(values.map(([event, value]) => [event, known(value, { ...place, event })]))
  })
}

function findKnown(
  listeners: Listeners,
  listener: object,
  place: Place,
  name: string,
  isOf: (inside: Context) => boolean,
): Listener | undefined {
  const find = (isThere?: (one: Added) => boolean) =>
    ranked(listeners, listener, isThere).findLast((one) => isOf(insideOf(one)))
  const there = find(isAt(place)) ?? find((one) => isNear(one.event, place.event))
  // What `off` is given for another event may be a listener from before.
  const one = there ?? (REMOVES.test(name) ? undefined : find())
  if (one !== undefined && !ASKS.test(name)) one.passed = true
  return one?.ref.deref()
}

const insideOf = ({ ref }: Added): Context => (bounds.get(ref.deref() as object) as Bound).inside

/** What was added in place of a listener. Those that are removed first are at the end: the caller's, then the latest. */
function ranked(listeners: Listeners, listener: object, isOf?: (one: Added) => boolean): Added[] {
  const own = listeners.contextFor()
  const session = sessions.idIn?.(own)
  const scope = readScope(own)
  const rank = (one: Added) =>
    (one.passed ? 0 : 4) + (one.session !== session ? 0 : readScope(insideOf(one)) === scope ? 2 : 1)
  const all = liveOf(listeners, listener, session, isOf)
  return all.length < 2 ? all : all.toSorted((one, other) => rank(one) - rank(other))
}

const isKnown = ({ added }: Listeners, arg: unknown): boolean =>
  (typeof arg === 'function' || typeof arg === 'object') && added.has(arg as object)

const isAborted = (bound: Listener): boolean =>
  (Object(bounds.get(bound)?.signal) as Methods)['aborted'] === true

function countOf(target: unknown, event: unknown): unknown {
  if (event === undefined) return undefined
  const emitter = target as Methods
  if (hasMethod(emitter, 'listenerCount')) return (emitter['listenerCount'] as Method)(event)
  const listed = hasMethod(emitter, 'listeners') ? (emitter['listeners'] as Method)(event) : undefined
  return Array.isArray(listed) ? listed.length : undefined
}

interface How {
  readonly inside: Context
  /** Removes it when it is aborted. */
  readonly signal?: unknown
  /** Called when it runs, because it is removed then. */
  readonly once?: (() => void) | undefined
  /** In its own scope it keeps the active span. */
  readonly stays?: boolean
}

/**
 * Makes a listener run in a context: a function, an object with a method such as `handle`, or the functions of an array
 * or a plain object. It keeps its properties, and what it returns is bound.
 */
export function bindListener(listeners: Listeners, listener: Listener, how: How): Listener {
  // One method that adds may call another.
  if (bounds.has(listener)) return listener
  if (typeof listener === 'function')
    for (const name of ['listener', 'fn'] as const) {
      const wrapped = listenerOf(listener[name])
      if (wrapped === undefined) continue
      // The wrapper of `once` around a bound listener: it stands for the application's listener.
      listener[name] = wrapped
      return listener
    }
  const { inside, signal, once, stays } = how
  const record: Bound = { listener, inside, signal, running: 0 }
  const run = (method: Method, self: unknown, args: unknown[]): unknown => {
    once?.()
    const call = () => bindResult(Reflect.apply(method, self, args), inside)
    if (record.running > 0) return Reflect.apply(method, self, args)
    return stays && isSameSession(context.active(), inside) ? call() : context.with(inside, call)
  }
  const plain = isPlain(listener)
  // A Proxy must show a fixed property as it is.
  const shown = Object.isFrozen(listener) ? unfrozen(listener) : listener
  const bound: Listener = new Proxy(shown, {
    apply: (_, self, args) => run(listener, self, args),
    // A setter may need the object itself.
    set: (_, name, value) => Reflect.set(shown, name, value),
    get(_, name) {
      const isFunction = typeof listener === 'function'
      // Node removes and lists a listener by it.
      if (isFunction && name === 'listener') return listener.listener ?? listener
      const value: unknown = Reflect.get(listener, name)
      if (!isReplaceable(shown as never, name) && isReadonly(shown, name)) return value
      if (plain && name !== 'handleEvent')
        return Object.hasOwn(listener, name) && isHeard(value, 0, [value], '')
          ? bindPassed(listeners, value, { event: eventOf(listener, name), capture: false }, inside)
          : value
      if (typeof value !== 'function' || name === 'constructor') return value
      // Its source is sent elsewhere, as a browser's page does.
      if (name === 'toString') return value.bind(listener)
      // Routers and applications that are mounted may be called by it.
      const isRun = LISTENS.includes(name as string)
      if (isFunction && !isRun) return value
      return new Proxy(value, {
        apply(_, self, args) {
          const on = self === bound ? listener : self
          return isRun ? run(value as Method, on, args) : Reflect.apply(value, on, args)
        },
      })
    },
  })
  bounds.set(bound, record)
  return bound
}

/** An array of listeners does not name their event. */
const eventOf = (held: object, name: PropertyKey) => (Array.isArray(held) ? undefined : name)

const isReadonly = (target: object, name: PropertyKey) =>
  Object.getOwnPropertyDescriptor(target, name)?.writable === false

function unfrozen<T extends object>(frozen: T): T {
  if (Array.isArray(frozen)) return [...frozen] as never
  return typeof frozen === 'function' ? frozen : isPlain(frozen) ? { ...frozen } : Object.create(frozen)
}
