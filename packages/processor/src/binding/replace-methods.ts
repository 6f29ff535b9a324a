import type { Context } from '@opentelemetry/api'
import { report } from '../report/report.ts'

/** The context that something is bound to. Binding it again to another one changes this. */
export interface Binding {
  inside: Context
}

export type Method = (this: unknown, ...args: unknown[]) => unknown
export type Methods = Record<PropertyKey, unknown>

/** What is to be put in the place of which method. */
export type Replacements = [name: PropertyKey, make: (method: Method) => Method][]

/** What became of a value: nothing, where there is nothing to pull on; refused, where it cannot be written to. */
export type BindOutcome = 'bound' | 'refused' | 'nothing'

/** Replaces all methods of the plan, or none: half a stream in the session would be worse than none. */
export function replaceMethods(target: Methods, plan: Replacements): BindOutcome {
  try {
    if (!plan.every(([name]) => isReplaceable(target, name))) return reportRefused()
    for (const [name, make] of plan) {
      Object.defineProperty(target, name, {
        value: make(target[name] as Method),
        writable: true,
        configurable: true,
        // As visible as before: nothing new in Object.keys, nothing gone from it.
        enumerable: Object.prototype.propertyIsEnumerable.call(target, name),
      })
    }
    return 'bound'
  } catch {
    return reportRefused()
  }
}

/** Counts a stream that cannot be bound. */
export function reportRefused(): 'refused' {
  report(
    'bind:rejected',
    () => 'a stream cannot be bound in place: it is frozen, or its methods cannot be replaced',
  )
  return 'refused'
}

// A stub that answers every name with a function, as of a remote object, has none of them.
export const hasMethod = (target: Methods, name: PropertyKey) =>
  name in target && typeof target[name] === 'function'

/** Those of the names that are methods. */
export const methodsPresent = (target: Methods, names: PropertyKey[]) =>
  names.filter((name) => hasMethod(target, name))

function isReplaceable(target: Methods, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(target, name)
  return own === undefined ? Object.isExtensible(target) : own.configurable === true
}
