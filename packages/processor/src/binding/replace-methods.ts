import { report } from '../report/report.ts'

export type Method = (this: unknown, ...args: unknown[]) => unknown
export type Methods = Record<PropertyKey, unknown>

/** Which methods are replaced, and by what. */
export type Replacements = [name: PropertyKey, make: (method: Method) => Method | PropertyDescriptor][]

/** What became of a value: `nothing` if there is nothing to bind, `rejected` if its methods cannot be replaced. */
export type BindOutcome = 'bound' | 'rejected' | 'nothing'

/**
 * Replaces all of the methods or none, because a stream that is half in the session is worse than one outside.
 *
 * @returns whether they could be replaced. Never throws
 */
export function replaceMethods(target: Methods, replacements: Replacements): boolean {
  try {
    return (
      replacements.every(([name]) => isReplaceable(target, name)) &&
      replacements.every(([name, make]) => {
        const made = make(target[name] as Method)
        const isMethod = typeof made === 'function'
        // A Proxy that answers it by itself would go on to do so.
        if (isMethod && !(name in target)) return false
        Object.defineProperty(target, name, {
          ...(isMethod ? { value: made, writable: true } : made),
          configurable: true,
          // Object.keys lists what it listed before.
          enumerable: Object.prototype.propertyIsEnumerable.call(target, name),
        })
        // A Proxy may say that it is done.
        return !isMethod || target[name] === made
      })
    )
  } catch {
    return false
  }
}

/** Counts what cannot be bound: a stream, or what starts later. */
export function reportRejected(isLazy = false): 'rejected' {
  report(isLazy ? 'bind:lazy-not-bound' : 'bind:rejected', () => {
    const what = isLazy ? 'a query or an Observable' : 'a stream or an emitter'
    return `${what} is not bound to its session, because it is frozen, or its methods cannot be replaced: use it inside usingSession`
  })
  return 'rejected'
}

// `in` first: a proxy of a remote object answers every name with a function.
export const hasMethod = (target: Methods, name: PropertyKey) =>
  name in target && typeof target[name] === 'function'

/** Whether a function is a class. */
export const isClass = (value: object): boolean =>
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false

/** Whether a target has a method, or is a Proxy that answers as if it had. */
export const answers = (target: Methods, name: PropertyKey) => typeof target[name] === 'function'

/** Those of the names that are methods of the target. */
export const methodsPresent = (target: Methods, names: PropertyKey[]) =>
  names.filter((name) => answers(target, name))

export function isReplaceable(target: Methods, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(target, name)
  return own === undefined ? Object.isExtensible(target) : own.configurable === true
}

/** The names of all methods that an object shows, without reading a getter. */
export function methodNames(target: object): PropertyKey[] {
  const ends = new Set<object | null>([Object.prototype, Promise.prototype, Function.prototype, null])
  // A property hides the method of a prototype.
  const isMethod = new Map<PropertyKey, boolean>([['constructor', false]])
  for (let level = target; !ends.has(level); level = Object.getPrototypeOf(level))
    for (const name of Reflect.ownKeys(level))
      if (!isMethod.has(name))
        isMethod.set(name, typeof Reflect.getOwnPropertyDescriptor(level, name)?.value === 'function')
  return [...isMethod.keys()].filter((name) => isMethod.get(name))
}
