import { type Context, context } from '@opentelemetry/api'
import { bindInPlace, bindResult, isNativePromise, replacementsFor } from './bind-in-place.ts'
import { bindingTo, callbackContexts } from './binding.ts'
import { asGiven, passesCallbacks } from './callbacks.ts'
import { bindForEmitter } from './emitters.ts'
import { isClass, type Method, type Methods, methodsPresent } from './replace-methods.ts'
import { isStub } from './stream-shapes.ts'

const viewedObjects = new WeakMap<object, object>()

/** The object that a view shows; for anything else, the object itself. */
export const viewedObject = (value: object): object => viewedObjects.get(value) ?? value

/**
 * Makes a view of an object that holds streams: of the same class, with getters and methods that run in the session.
 * They run on the object itself, so that private fields work. Streams and Promises that they return are bound as
 * `usingSession` binds a result. A property gives the same value at each read, if the object's does. Functions that are
 * passed to them run in the session, or in the caller's own scope.
 */
export function viewObject<T extends object>(target: T, inside: Context, outer: Context): T {
  const binding = { ...bindingTo(inside, outer), whole: true }
  const passed = passesCallbacks(callbackContexts(binding))
  /** What was returned for which value, so that it is the same each time. */
  const shown = new WeakMap<object, object>()
  const remember = (given: object, make: () => object): object => {
    const before = shown.get(given)
    if (before !== undefined) return before
    const made = make()
    shown.set(given, made)
    return made
  }

  const show = (made: unknown): unknown => {
    const value = asGiven(made)
    if (value === target) return view
    if (isSafely(isStub, value)) return remember(value, () => viewObject(value, inside, outer))
    if (!isNativePromise(value)) return bindResult(value, inside)
    return remember(value, () => bindResult(value, inside))
  }
  // Of what is frozen, or a Proxy. Anything else that starts later is bound in place.
  const starts = new Map(isStub(target) ? [] : replacementsFor(target as Methods, binding, true))
  const passedTo = (name: PropertyKey, args: unknown[]) =>
    bindForEmitter(target, name, args) ?? passed(args, name)
  const methodInside = (method: Method, name: PropertyKey): Method =>
    new Proxy(method, {
      apply: (_, self, args) => {
        const on = self === view ? target : self
        const start = starts.get(name) as ((method: Method) => Method) | undefined
        if (start !== undefined) return Reflect.apply(start(method), on, args)
        const given = passedTo(name, args)
        return show(context.with(inside, () => Reflect.apply(method, on, given)))
      },
    })
  const view: T = new Proxy(target, {
    get(_, name) {
      const value = context.with(inside, () => Reflect.get(target, name))
      // A Proxy must return a fixed property as it is, and a class is not a method.
      if (name === 'constructor' || isFixed(target, name)) {
        bindInPlace(value, inside)
        return value
      }
      return typeof value === 'function' && !isSafely(isStub, value)
        ? remember(value, () => methodInside(value as Method, name))
        : show(value)
    },
    set(_, name, value) {
      // A property may take a callback, such as `onmessage`, and so may a setter.
      const takes =
        typeof value === 'function' && (/^on[A-Za-z]/.test(String(name)) || hasSetter(target, name))
      const given = takes ? passed([value], `on ${String(name)}`)[0] : value
      return context.with(inside, () => Reflect.set(target, name, given))
    },
    apply: (_, self, args) => show(context.with(inside, () => Reflect.apply(target as never, self, args))),
    construct: (_, args, made) =>
      context.with(inside, () => Reflect.construct(target as never, args, made) as object),
  })
  viewedObjects.set(view, target)
  return view
}

function hasSetter(target: object, name: PropertyKey): boolean {
  let level: object | null = target
  while (level !== null && !Object.hasOwn(level, name)) level = Object.getPrototypeOf(level)
  return level !== null && Reflect.getOwnPropertyDescriptor(level, name)?.set !== undefined
}

/** Whether a question about a value is answered with yes. Some values throw when they are looked at. */
function isSafely(question: (value: object) => boolean, value: unknown): value is object {
  try {
    return (typeof value === 'object' || typeof value === 'function') && value !== null && question(value)
  } catch {
    return false
  }
}

/** Whether a Proxy has `then` or `subscribe` only when it is asked. A stub is not asked: that may send a request. */
const isAsked = (target: object): boolean =>
  isStub(target) || methodsPresent(target as Methods, ['then', 'subscribe']).length > 0

/** Whether a value starts work by `then` or `subscribe`, and is no class. */
export const isLazy = (value: object): boolean => isSafely((one) => !isClass(one) && isAsked(one), value)

/** Whether an object may hold something to bind. Plain data does not; and a Proxy breaks a class of the platform. */
export function isViewable(target: object): boolean {
  if (Reflect.ownKeys(target).length === 0 && isAsked(target)) return true
  const { addEventListener, on, emit } = target as Methods
  // The listeners of an emitter run where it emits. A view cannot change that.
  if (typeof addEventListener === 'function' || (typeof on === 'function' && typeof emit === 'function'))
    return false
  let holds = false
  for (let level = target; level !== null; level = Object.getPrototypeOf(level)) {
    if (level === Object.prototype) break
    if (isPlatform(level)) return false
    holds ||= holdsAnything(level)
  }
  return holds
}

function holdsAnything(level: object): boolean {
  return Reflect.ownKeys(level).some((name) => {
    if (name === 'constructor') return false
    const { value, get } = Reflect.getOwnPropertyDescriptor(level, name) ?? {}
    return get !== undefined || typeof value === 'function' || (typeof value === 'object' && value !== null)
  })
}

function isPlatform(prototype: object): boolean {
  if (!Object.hasOwn(prototype, 'constructor')) return false
  const made = (prototype as Methods)['constructor']
  // A view follows a promise, because the promise's methods run on the promise itself.
  if (typeof made !== 'function' || made === Promise) return false
  return (globalThis as Methods)[made.name] === made && made.prototype === prototype
}

/** Whether a view of an object can be complete. A Proxy cannot replace a fixed method or Promise. */
export function canBeViewed(target: object): boolean {
  return Reflect.ownKeys(target).every((name) => {
    if (!isFixed(target, name)) return true
    const { value } = Reflect.getOwnPropertyDescriptor(target, name) ?? {}
    return typeof value !== 'function' && !isNativePromise(value)
  })
}

/** Whether a Proxy must show a property as it is. */
function isFixed(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name)
  if (own === undefined || own.configurable) return false
  return 'value' in own ? own.writable === false : own.get === undefined
}
