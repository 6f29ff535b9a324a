import { hasMethod, isClass, type Methods } from './replace-methods.ts'

/** The methods of an object that is a listener, or of a router that is mounted. */
export const LISTENS = ['handleEvent', 'handle', 'handler', 'execute']

/** Whether an argument is a listener, or has listeners in it. */
export const isHeard = (arg: unknown, index: number, args: unknown[], name: string): arg is object =>
  looksLike(() => hears(arg, index, args, name))

function hears(arg: unknown, index: number, args: unknown[], name: string): boolean {
  const others = index === 0 ? args.slice(1) : []
  const isFirst = others.some((one) => typeof one === 'function')
  if (typeof arg === 'function') return !isClass(arg) && !(isFirst && namesEvent(arg))
  if (typeof arg !== 'object' || arg === null) return false
  if (isListenerObject(arg, name) && (index > 0 || args.length === 1)) return true
  if (!holdsListeners(arg, 2)) return false
  // An event may be named by an object.
  if (index > 0 || Array.isArray(arg)) return true
  return !isFirst && (holdsListeners(arg, 0) || !others.some((one) => holdsListeners(one, 2)))
}

/** Whether a function may name an event: an action creator, or a class that is a plain function. */
const namesEvent = (fn: { type?: unknown; prototype?: object }): boolean =>
  typeof fn.type === 'string' || Object.keys(fn.prototype ?? {}).length > 0

/** Whether an object is one listener. To an EventTarget any object is one. */
export const isListenerObject = (value: object, name: string): boolean =>
  (name === 'addEventListener' && !Array.isArray(value)) ||
  looksLike(() => hasMethod(value as Methods, 'handleEvent'))

/** Whether a value is an object with listeners in it, so many levels below. Data is looked at in part only. */
export const holdsListeners = (value: unknown, depth: number): boolean =>
  looksLike(() => holds(value, depth, { left: 200 }))

function holds(value: unknown, depth: number, looks: { left: number }): boolean {
  if (typeof value !== 'object' || value === null || looks.left-- <= 0) return false
  const has = (...names: string[]) => names.some((name) => hasMethod(value as Methods, name))
  if (Array.isArray(value))
    return value.slice(0, looks.left).some((held) => isListenerOrHolds(held, depth, looks))
  // An emitter or a query is no listener.
  if (has('then', 'addEventListener') || (has('on') && has('off', 'once', 'emit', 'trigger'))) return false
  if (!isPlain(value)) return !has('on', 'next', 'pipe') && has(...LISTENS)
  for (const name of Object.keys(value)) {
    if (looks.left-- <= 0) return false
    const own = Object.getOwnPropertyDescriptor(value, name)
    if (isListenerOrHolds(own?.value, depth, looks)) return true
  }
  return false
}

const isListenerOrHolds = (held: unknown, depth: number, looks: { left: number }): boolean =>
  typeof held === 'function' ? !isClass(held) : depth > 0 && holds(held, depth - 1, looks)

/** What throws when it is looked at is no listener. */
function looksLike(look: () => boolean): boolean {
  try {
    return look()
  } catch {
    return false
  }
}

/** Whether a value is an array or a plain object. */
export function isPlain(value: unknown): value is Methods {
  if (typeof value !== 'object' || value === null) return false
  return looksLike(() => {
    const prototype = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null || Array.isArray(value)
  })
}
