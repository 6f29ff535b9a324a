import { type Context, context } from '@opentelemetry/api'
import { bindInPlace, bindResult, isNativePromise } from './bind-in-place.ts'
import type { Method, Methods } from './replace-methods.ts'

/** Whose view an object is. */
const targets = new WeakMap<object, object>()

/** What a view shows; anything else is its own target. */
export const viewedObject = (value: object): object => targets.get(value) ?? value

/**
 * A view of an object that holds streams: of the same class, with getters and methods that run in the session
 * on the object itself, so that private fields work. Streams and promises that they give are bound as those that
 * `usingSession` returns; reading a property twice gives the same thing twice, where the object does.
 */
export function viewObject<T extends object>(target: T, inside: Context): T {
  /** What was shown for what, so that it is the same each time. */
  const shown = new WeakMap<object, object>()
  const remember = (given: object, make: () => object): object => {
    const before = shown.get(given)
    if (before !== undefined) return before
    const made = make()
    shown.set(given, made)
    return made
  }

  const show = (value: unknown): unknown => {
    if (value === target) return view
    if (!isNativePromise(value)) return bindResult(value, inside)
    return remember(value, () => bindResult(value, inside))
  }
  const methodIn = (method: Method, name: PropertyKey): Method =>
    new Proxy(method, {
      apply: (_, self, args) => {
        const given = isThenable(name) ? args.map((arg) => callback(arg, inside)) : args
        return show(context.with(inside, () => Reflect.apply(method, self === view ? target : self, given)))
      },
    })
  const view: T = new Proxy(target, {
    get(_, name) {
      const value = context.with(inside, () => Reflect.get(target, name))
      // A Proxy has to show what cannot change as it is, and a class is no method.
      if (name === 'constructor' || isFixed(target, name)) {
        bindInPlace(value, inside)
        return value
      }
      return typeof value === 'function'
        ? remember(value, () => methodIn(value as Method, name))
        : show(value)
    },
    set: (_, name, value) => context.with(inside, () => Reflect.set(target, name, value)),
  })
  targets.set(view, target)
  return view
}

const isThenable = (name: PropertyKey) => name === 'then' || name === 'catch' || name === 'finally'

/** What is given to `then`: the consumer's own, called in its own context, with what is resolved bound. */
function callback(given: unknown, inside: Context): unknown {
  if (typeof given !== 'function') return given
  const outside = context.active()
  return (...values: unknown[]) => {
    for (const value of values) bindInPlace(value, inside)
    return context.with(outside, () => (given as Method)(...values))
  }
}

/** Whether an object may hold something to bind: not plain data, and no class of the platform, which a Proxy breaks. */
export function isViewable(target: object): boolean {
  const { addEventListener, on, emit } = target as Methods
  // Their listeners run where they emit, whoever looks at them.
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
  // A promise is a view's to follow: its methods run on itself.
  if (typeof made !== 'function' || made === Promise) return false
  return (globalThis as Methods)[made.name] === made && made.prototype === prototype
}

/** Whether a view of it can be whole: what is fixed and has to run in the session cannot be shown. */
export function canBeViewed(target: object): boolean {
  return Reflect.ownKeys(target).every((name) => {
    if (!isFixed(target, name)) return true
    const { value } = Reflect.getOwnPropertyDescriptor(target, name) ?? {}
    return typeof value !== 'function' && !isNativePromise(value)
  })
}

/** What a Proxy has to show as it is. */
export function isFixed(target: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, name)
  if (own === undefined || own.configurable) return false
  return 'value' in own ? own.writable === false : own.get === undefined
}
