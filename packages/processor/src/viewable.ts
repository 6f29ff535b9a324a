import { isNativePromise } from './native-promise.ts'
import type { Methods } from './replace-methods.ts'

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
