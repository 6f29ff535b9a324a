import { type Context, context } from '@opentelemetry/api'
import { readScope } from '../scope/scope.ts'
import { bindResult } from './bind-in-place.ts'
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

// An emitter is known by the names of its methods, because each library has some of its own: socket.io's `onAny`,
// `prependAny` and `use`, `addEventListener`, node-redis's `pSubscribe`, MCP's `setRequestHandler`. Only functions that
// they are given are bound, so an argument of `emit` or the acknowledgement that it waits for is not.

/** The methods that keep a function and can remove it again. */
const ADDS = /^(?:on|once|add|prepend|observe|watch|subscribe|[ps]Subscribe)(?![a-z])/
/** The methods that keep a function for good. */
const SETS = /^(?:use|register|handle(?:Once)?$|set\w+Handler$|run$)(?![a-z])/
const REMOVES = /^(?:off|remove|un(?:observe|watch|subscribe))(?![a-z])|Unsubscribe$/
/** Methods to which a function is a message, a callback of their own, or one that the emitter finds by its property `listener`. */
const PASSES =
  /^(?:_|emit|dispatch|send|publish|post|write|push|trigger|fire|then$|catch$|finally$|listenerCount$)/
/** Methods that only ask for a listener. */
const ASKS = /^(?:has|is|get|find|includes|contains|count|index)(?![a-z])/
/** Methods to which a function, from whatever scope, may be one that was passed before. */
export const COMPARES =
  /^(?:off|un(?:bind|hook|listen|mount|observe|register|set|sub|tap|use|watch|$)|remove|delete|detach|disconnect|eject|cancel|clear|drop|forget|release|stop|has|is|includes|contains|indexOf|listenerCount)/
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
  !isObservable(target, true) &&
  !(hasMethod(target, 'on') && hasMethod(target, 'emit')) &&
  !['addEventListener', 'then', 'next', 'read', 'pipe', Symbol.asyncIterator].some((name) =>
    hasMethod(target, name),
  )

/** Whether a method of an emitter keeps a listener. */
export const isRegistration = (name: PropertyKey): boolean =>
  name !== 'run' && (ADDS.test(String(name)) || SETS.test(String(name)))

/** What was added in place of the application's listener. */
interface Bound {
  readonly listener: Listener
  readonly inside: Context
  /** Removes it when it is aborted. */
  readonly signal: unknown
}

const bounds = new WeakMap<object, Bound>()

/** Whether a function was added in place of the application's. */
export const isBoundListener = (value: object): boolean => bounds.has(value)

type PassKnown = (args: unknown[], name: string) => unknown[]

const emitters = new WeakMap<object, PassKnown>()

/** The arguments of a method of an emitter, with what it has in place of the application's listener. */
export const passKnown = (emitter: object, args: unknown[], name: PropertyKey): unknown[] =>
  emitters.get(emitter)?.(args, String(name)) ?? args

interface Added {
  readonly event: unknown
  readonly capture: boolean
  readonly isOnce: boolean
  /** The emitter has what was added, until it removes it: by any method, or unasked. */
  readonly ref: { deref(): Listener | undefined }
  times: number
  /** A method that perhaps removes it was called. */
  passed: boolean
}

/** By the application's listener: what was added in its place. The last one is removed first. */
type AddedListeners = WeakMap<object, Added[]>

type Listener = Method & { listener?: unknown; fn?: unknown }

/**
 * The replacements for an emitter: listeners that are added from now on run in a context. They are removed, counted and
 * listed as if they were not bound. Whatever other method is given the application's function, the method below (Node's,
 * or another library's) gets the very function that was added in its place.
 *
 * @param contextFor called each time that a listener is added
 */
export function listenerReplacements(target: Methods, contextFor: () => Context): Replacements {
  if (!isEmitter(target)) return []
  const added: AddedListeners = new WeakMap()
  emitters.set(target, (args, name) => passed(args, name, added, contextFor))
  const replacements: Replacements = []
  // Its methods are called for each chunk, and only Node's remove a listener.
  const isStream = hasMethod(target, '_read') || hasMethod(target, '_write')
  for (const name of methodNames(target)) {
    const text = String(name)
    // An Observable's subscribers keep their own context.
    if (text === 'subscribe' && isObservable(target, true)) continue
    if (ADDS.test(text) || SETS.test(text))
      replacements.push([name, (method) => addBound(method, text, contextFor, added)])
    else if (REMOVES.test(text))
      replacements.push([name, (method) => removeBound(method, text, added, contextFor)])
    else if (!isStream && typeof name === 'string' && !PASSES.test(text) && isReplaceable(target, name))
      replacements.push([name, (method) => passBound(method, text, added, contextFor)])
  }
  for (const name of slotsOf(target)) replacements.push([name, () => boundSlot(target, name, contextFor)])
  return replacements
}

function addBound(add: Method, name: string, contextFor: () => Context, added: AddedListeners): Method {
  return function (...args) {
    const place = placeOf(name, args)
    const given = args.map((arg, index) => {
      // An event may be named by an object.
      if (!isListener(arg) || (index === 0 && args.length > 1 && typeof arg === 'object'))
        return index > 0 || args.length === 1 ? bindOptions(arg, contextFor) : arg
      // An EventTarget adds the same listener once.
      const before =
        name === 'addEventListener' ? liveOf(added, arg).findLast(isAt(place))?.ref.deref() : undefined
      if (before !== undefined && !isAborted(before)) return before
      const { once, signal } = (typeof args[2] === 'object' ? (args[2] ?? {}) : {}) as Methods
      const isOnce = once === true || /once/i.test(name)
      const inside = contextFor()
      // What is added again is the same function again, as a Set has it once. Node's emitters count.
      const isSame = ({ isOnce, ref }: Added) =>
        !isOnce && bounds.get(ref.deref() as Listener)?.inside === inside
      const isCounted =
        place.event !== undefined &&
        ['listenerCount', 'listeners'].some((how) => hasMethod(Object(this), how))
      const same = isOnce || isCounted ? undefined : liveOf(added, arg).find(isSame)?.ref.deref()
      const forget = () => {
        for (const known of [arg, arg.listener])
          forgetAdded(added, known as object, ({ ref }) => ref.deref() === bound)
      }
      const bound = same ?? bindListener(arg, inside, signal, isOnce ? forget : undefined)
      if (bound !== arg) noteAdded(added, arg, bound, { ...place, isOnce }, same !== undefined)
      return bound
    })
    return add.apply(this, given)
  }
}

function removeBound(remove: Method, name: string, added: AddedListeners, contextFor: () => Context): Method {
  return function (...args) {
    const index = indexOfKnown(args, added)
    const listener = args[index] as object
    const place = placeOf(name, args)
    let one = index < 0 ? undefined : forgetAdded(added, listener, isAt(place))
    if (one === undefined) return remove.apply(this, passed(args, name, added, contextFor))
    for (; one !== undefined; one = forgetAdded(added, listener, isAt(place))) {
      const before = countOf(this, place.event)
      const result = remove.apply(this, args.with(index, one.ref.deref()))
      // If the count is the same, it ran once and is gone. An older one may still be there.
      if (before === undefined || countOf(this, place.event) !== before) return result
    }
    return remove.apply(this, args)
  }
}

/** Makes a method that may remove a listener, or ask for it, get what was added. A Proxy, because it may be a class. */
const passBound = (method: Method, name: string, added: AddedListeners, contextFor: () => Context): Method =>
  new Proxy(method, {
    apply: (_, self, args) => Reflect.apply(method, self, passed(args, name, added, contextFor)),
  })

/** The arguments, with what was added in place of the application's listener. */
function passed(args: unknown[], name: string, added: AddedListeners, contextFor: () => Context): unknown[] {
  const index = indexOfKnown(args, added)
  if (index < 0) return args
  const own = readScope(contextFor())
  // A method that may keep a function must not get one that another user has added.
  const mayBe = ({ ref }: Added) =>
    COMPARES.test(name) || readScope((bounds.get(ref.deref() as object) as Bound).inside) === own
  const all = liveOf(added, args[index] as object).filter(mayBe)
  const place = placeOf(name, args)
  const last = (isIt: (one: Added) => boolean) =>
    all.findLast((one) => !one.passed && isIt(one)) ?? all.findLast(isIt)
  // What `off` is given for another event may be a listener from before.
  const any = REMOVES.test(name) ? undefined : last(() => true)
  const one = last(isAt(place)) ?? last((one) => isNear(one.event, place.event)) ?? any
  if (one === undefined) return args
  if (!ASKS.test(name)) one.passed = true
  return args.with(index, one.ref.deref())
}

const indexOfKnown = (args: unknown[], added: AddedListeners) =>
  args.findIndex((arg) => (typeof arg === 'function' || typeof arg === 'object') && added.has(arg as object))

const isListener = (value: unknown): value is Listener =>
  typeof value === 'function'
    ? !isClass(value)
    : typeof value === 'object' && value !== null && hasMethod(value as Methods, 'handleEvent')

/** For which event, and in which phase of an EventTarget, a listener is added or removed. */
function placeOf(name: string, [event, , options]: unknown[]): Pick<Added, 'event' | 'capture'> {
  const phase = name.includes('EventListener') ? options : undefined
  const capture = phase === true || (Object(phase) as Methods)['capture'] === true
  return { event: isListener(event) ? undefined : event, capture }
}

const isAt = (place: Pick<Added, 'event' | 'capture'>) => (one: Added) =>
  one.capture === place.capture && isSameEvent(one.event, place.event)

/** Several events may be named by an array. */
const isSameEvent = (one: unknown, other: unknown): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((event, index) => event === other[index]))

const isNear = (one: unknown, other: unknown): boolean =>
  one === undefined || other === undefined || [one].flat().some((event) => [other].flat().includes(event))

const liveOf = (added: AddedListeners, listener: object): Added[] =>
  (added.get(listener) ?? []).filter(isLive)

const isLive = ({ ref }: Added): boolean => ref.deref() !== undefined

const isAborted = (bound: Listener): boolean =>
  (Object(bounds.get(bound)?.signal) as Methods)['aborted'] === true

/** Old platforms have no WeakRef. */
export const weakly = <T extends object>(value: T): { deref(): T | undefined } =>
  typeof WeakRef === 'function' ? new WeakRef(value) : { deref: () => value }

function noteAdded(
  added: AddedListeners,
  listener: Listener,
  bound: Listener,
  place: Pick<Added, 'event' | 'capture' | 'isOnce'>,
  isSame: boolean,
): void {
  const ref = weakly(bound)
  // Node removes a listener by its property `listener` as well, and so does a `once` written by hand.
  for (const known of [listener, listener.listener]) {
    if (typeof known !== 'function' && known !== listener) continue
    const all = added.get(known as object) ?? []
    const again = isSame && all.find((one) => one.ref.deref() === bound && isAt(place)(one))
    if (!again) all.push({ ...place, ref, times: 1, passed: false })
    else Object.assign(again, { times: again.times + 1, passed: false })
    added.set(known as object, hasGrown(all.length) ? all.filter(isLive) : all)
  }
}

/** At 64, 128, 256, …: looking at all of them costs the more the more there are. */
const hasGrown = (count: number) => count >= 64 && (count & (count - 1)) === 0

/** Forgets the last one that was added in place of a listener and is still there, and returns it. */
function forgetAdded(
  added: AddedListeners,
  listener: object,
  isIt: (one: Added) => boolean,
): Added | undefined {
  const all = added.get(listener) ?? []
  const index = all.findLastIndex((one) => isLive(one) && isIt(one))
  const one = all[index]
  if (one !== undefined && --one.times === 0) all.splice(index, 1)
  return one
}

function countOf(target: unknown, event: unknown): unknown {
  if (event === undefined) return undefined
  const emitter = target as Methods
  if (hasMethod(emitter, 'listenerCount')) return (emitter['listenerCount'] as Method)(event)
  const listed = hasMethod(emitter, 'listeners') ? (emitter['listeners'] as Method)(event) : undefined
  return Array.isArray(listed) ? listed.length : undefined
}

/**
 * Makes a listener run in a context. It keeps its properties, and what it returns is bound.
 *
 * @param signal removes it when it is aborted
 * @param once called when it runs, because it is removed then
 */
function bindListener(listener: Listener, inside: Context, signal?: unknown, once?: () => void): Listener {
  // One method that adds may call another.
  if (bounds.has(listener)) return listener
  for (const name of ['listener', 'fn'] as const) {
    const wrapped = bounds.get(Object(listener[name]))
    if (wrapped === undefined) continue
    // The wrapper of `once` around a bound listener: it stands for the application's listener.
    listener[name] = wrapped.listener
    return listener
  }
  const run = (method: Method, self: unknown, args: unknown[]): unknown => {
    once?.()
    return context.with(inside, () => bindResult(Reflect.apply(method, self, args), inside))
  }
  const bound =
    typeof listener === 'function'
      ? new Proxy(listener, {
          apply: run,
          get(_, name) {
            // Node removes and lists a listener by it.
            if (name === 'listener') return listener.listener ?? listener
            const value: unknown = Reflect.get(listener, name)
            // Routers and applications that are mounted may be called by it.
            if (name !== 'handle' || typeof value !== 'function' || !isReplaceable(listener as never, name))
              return value
            return new Proxy(value, {
              apply: (_, self, args) => run(value as Method, self === bound ? listener : self, args),
            })
          },
        })
      : Object.create(listener, {
          handleEvent: {
            value: (...args: unknown[]) => run((listener as Handler).handleEvent, listener, args),
          },
        })
  bounds.set(bound, { listener, inside, signal })
  return bound
}

interface Handler {
  handleEvent: Method
}

/** Arrays of listeners, and options with functions in them, are copied with these bound. */
function bindOptions(given: unknown, contextFor: () => Context): unknown {
  if (Array.isArray(given) && given.some(isListener))
    return given.map((one) => (isListener(one) ? bindListener(one, contextFor()) : one))
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return given
  const functions = Object.entries(given).filter(([name, one]) => OPTIONS.test(name) && isListener(one))
  if (functions.length === 0) return given
  return {
    ...given,
    ...Object.fromEntries(functions.map(([name, one]) => [name, bindListener(one, contextFor())])),
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
      const bound = isListener(given) ? bindListener(given, contextFor()) : given
      if (native?.set === undefined) value = bound
      else native.set.call(this, bound)
    },
  }
}
