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
 * @param rejected called if they cannot be replaced
 */
export function replaceMethods(
  target: Methods,
  replacements: Replacements,
  rejected: () => BindOutcome = reportRejected,
): BindOutcome {
  try {
    if (!replacements.every(([name]) => isReplaceable(target, name))) return rejected()
    for (const [name, make] of replacements) {
      const made = make(target[name] as Method)
      Object.defineProperty(target, name, {
        ...(typeof made === 'function' ? { value: made, writable: true } : made),
        configurable: true,
        // Object.keys lists what it listed before.
        enumerable: Object.prototype.propertyIsEnumerable.call(target, name),
      })
      // A Proxy may say that it is done.
      if (typeof made === 'function' && target[name] !== made) return rejected()
    }
    return 'bound'
  } catch {
    return rejected()
  }
}

/** Counts a stream that cannot be bound. */
export function reportRejected(): 'rejected' {
  report('bind:rejected', () => {
    return 'a stream is not bound to its session: it is frozen, or its methods cannot be replaced'
  })
  return 'rejected'
}

// `in` first: a proxy of a remote object answers every name with a function.
export const hasMethod = (target: Methods, name: PropertyKey) =>
  name in target && typeof target[name] === 'function'

/** Those of the names that are methods of the target. */
export const methodsPresent = (target: Methods, names: PropertyKey[]) =>
  names.filter((name) => hasMethod(target, name))

function isReplaceable(target: Methods, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(target, name)
  return own === undefined ? Object.isExtensible(target) : own.configurable === true
}

const ENDS = new Set<object | null>([Object.prototype, Promise.prototype, null])

/** The names of all methods of an object, without reading a getter. */
export function methodNames(target: object): PropertyKey[] {
  const names = new Set<PropertyKey>()
  for (let level = target; !ENDS.has(level); level = Object.getPrototypeOf(level))
    for (const name of Reflect.ownKeys(level))
      if (typeof Reflect.getOwnPropertyDescriptor(level, name)?.value === 'function') names.add(name)
  names.delete('constructor')
  return [...names]
}
