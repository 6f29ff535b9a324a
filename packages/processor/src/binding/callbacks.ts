import { type Context, context } from '@opentelemetry/api'
import { readScope } from '../scope/scope.ts'
import { weakly } from './added-listeners.ts'
import { bindResult } from './bind-in-place.ts'
import { isSameSession, sessions } from './binding.ts'
import { holdsListeners, isPlain } from './listener-shapes.ts'
import { COMPARES, comparesAny, listenerOf } from './listeners.ts'
import type { Method, Methods } from './replace-methods.ts'

/** The application's value, by what an object was given in its place. */
const originals = new WeakMap<object, object>()

/** The application's own value, if an object shows what it was given. */
export const asGiven = (value: unknown): unknown =>
  originals.get(value as object) ?? listenerOf(value) ?? value

const ASKS = /^(?:has|is|includes|contains|indexOf|listenerCount)/
/** Methods to which a function is nothing else. */
const KNOWS = /^off|(?:Listener|Handler)$/

/** How many notes are kept of one function: a callback may be passed in ever new scopes. */
const MOST = 64

interface Passed {
  readonly inside: Context
  /** What the object was given. Only the object keeps it. */
  readonly given: { deref(): object | undefined }
  /** How often it was passed and not removed. */
  count: number
}

/**
 * Makes the functions that an object is given run where they belong, whenever the object calls them. Those within an
 * array or a plain object are included. The object gets the same function again where it may compare it.
 *
 * @param contextFor called each time that a method is called
 */
export function passesCallbacks(
  contextFor: () => Context,
): (args: unknown[], method: PropertyKey) => unknown[] {
  const passed = new WeakMap<object, Passed[]>()

  const pass = <T extends object>(value: T, inside: Context, make: () => T): T => {
    const before = passed.get(value) ?? []
    const same = before.find((one) => one.inside === inside)
    const known = same?.given.deref()
    if (same !== undefined && known !== undefined) {
      same.count++
      return known as T
    }
    const made = make()
    originals.set(made, value)
    const others = before.filter((one) => one !== same)
    passed.set(value, [...others.slice(1 - MOST), { inside, given: weakly(made), count: 1 }])
    return made
  }
  /** What was passed before, if possible in the caller's context or session. */
  const find = (value: unknown, inside: Context, removes: boolean, any: boolean): object | undefined => {
    const all = (passed.get(value as object) ?? []).filter(({ given }) => given.deref() !== undefined)
    const id = sessions.idIn?.(inside)
    const there = all.filter(({ count }) => count > 0)
    const among = there.length > 0 ? there : all
    const found =
      among.find((one) => one.inside === inside) ??
      among.findLast((one) => sessions.idIn?.(one.inside) === id) ??
      (any ? among.at(-1) : undefined)
    if (found !== undefined && removes) found.count--
    return found?.given.deref()
  }
  const passFunction = (fn: Method, inside: Context): Method =>
    pass(fn, inside, () => runningWithin(fn, inside))

  const passHolder = (holder: Methods, inside: Context): Methods =>
    pass(holder, inside, () => {
      return new Proxy(holder, {
        get(_, name, self) {
          const value: unknown = Reflect.get(holder, name, self)
          const own = Reflect.getOwnPropertyDescriptor(holder, name)
          // A Proxy must show a fixed property as it is.
          if (own === undefined || (!own.configurable && !own.writable)) return value
          if (isCallback(value)) return passFunction(value, inside)
          return holdsCallbacks(value) ? passHolder(value, inside) : value
        },
      })
    })

  return (args, method) => {
    const name = String(method)
    const compares = COMPARES.test(name)
    const removes = compares && !ASKS.test(name)
    const inside = contextFor()
    return args.map((given) => {
      try {
        const before = compares ? find(given, inside, removes, comparesAny(name, args)) : undefined
        if (before !== undefined) return before
        // What is not known was passed before the object was bound, or is called when it is done.
        if (compares && (KNOWS.test(name) || isOutside(context.active()))) return given
        if (isCallback(given)) return passFunction(given, inside)
        return holdsCallbacks(given) ? passHolder(given, inside) : given
      } catch {
        // It throws when it is looked at.
        return given
      }
    })
  }
}

/** A Proxy keeps everything about the function. What it returns is bound as well. */
const runningWithin = (fn: Method, inside: Context): Method =>
  new Proxy(fn, {
    apply(_, self, args) {
      const run = () => bindResult(Reflect.apply(fn, self, args), inside)
      // A method may call it below a span of its own.
      return isSameSession(context.active(), inside) ? run() : context.with(inside, run)
    },
    // Its source may be sent elsewhere.
    get: (_, name) => (name === 'toString' ? () => String(fn) : Reflect.get(fn, name)),
  })

/** Whether a value is a function that may be called, so no class, and none that was passed before. */
const isCallback = (value: unknown): value is Method =>
  typeof value === 'function' &&
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable !== false &&
  !originals.has(value) &&
  listenerOf(value) === undefined

/** Whether a value is an array or a plain object that holds callbacks, up to three levels deep. */
const holdsCallbacks = (value: unknown): value is Methods =>
  isPlain(value) &&
  !originals.has(value) &&
  (holdsListeners(value, 2) ||
    Object.values(Object.getOwnPropertyDescriptors(value)).some((own) => isCallback(own.value)))

const isOutside = (active: Context): boolean => (sessions.idIn?.(active) ?? readScope(active)) === undefined
