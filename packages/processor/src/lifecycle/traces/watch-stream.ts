import { isNativePromise } from '../../binding/bind-in-place.ts'
import {
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
  replaceMethods,
} from '../../binding/replace-methods.ts'
import {
  bodyOf,
  isNodeReadable,
  isReader,
  openMethodsOf,
  pullMethodsOf,
} from '../../binding/stream-shapes.ts'
import type { RootSpan } from './root-span.ts'
import { StreamWatch } from './stream-watch.ts'

/** Streams are wrapped once, however many traces give them. */
const watches = new WeakMap<object, StreamWatch>()

/**
 * Ends a span when a stream is over: read to its end, left, cancelled, failed; or, if none of that happens, when it
 * is collected as garbage, or the provider is shut down, as of its last read. The stream stays the same object;
 * nothing is read by it.
 *
 * @returns whether it is a stream that can be watched, and is not over. Never throws
 */
export function watchStream(value: unknown, root: RootSpan): boolean {
  if (typeof value !== 'object' || value === null) return false
  const watch = watches.get(value) ?? watchNew(value as Methods)
  return watch?.join(root) === true
}

function watchNew(target: Methods): StreamWatch | undefined {
  const watch = new StreamWatch()
  if (isUsed(target) || !watchShape(target, watch)) return undefined
  watches.set(target, watch)
  return watch
}

/** It has been read, or destroyed, where the platform says so. */
function isUsed(target: Methods): boolean {
  try {
    return target['bodyUsed'] === true || target['readableEnded'] === true || target['destroyed'] === true
  } catch {
    return false
  }
}

function watchShape(target: Methods, watch: StreamWatch): boolean {
  try {
    const body = bodyOf(target)
    if (body !== undefined) return watchBody(target, body as Methods, watch)
    if (isNodeReadable(target)) watchNode(target, watch)
    const plan = planFor(target, watch)
    return plan.length > 0 && replaceMethods(target, plan) === 'bound'
  } catch {
    return false
  }
}

/** The platform copies a body past every method of its stream; the first of the two that is over is the end. */
function watchBody(holder: Methods, body: Methods, watch: StreamWatch): boolean {
  const clone = (native: Method): Method =>
    function (...args) {
      const copy = native.apply(this, args)
      for (const one of [this, copy]) watchShape((one as { body: Methods }).body, watch)
      return copy
    }
  replaceMethods(holder, [['clone', clone]])
  return watchShape(body, watch)
}

/** What it says when it is closed; `close` follows an error, too, and listening to it starts nothing. */
function watchNode(target: Methods, watch: StreamWatch): void {
  const once = target['once'] as Method
  once.call(target, 'end', () => watch.over())
  once.call(target, 'close', () => {
    const error = target['errored']
    if (error === undefined || error === null) watch.over()
    else watch.failed(error)
  })
}

function planFor(target: Methods, watch: StreamWatch): Replacements {
  const pulls = pullMethodsOf(target, false).map((name) => [name, pull(name, watch)] as Replacements[number])
  const opens = openMethodsOf(target).map((name) => [name, opened(watch)] as Replacements[number])
  return [...pulls, ...opens]
}

/** One that is opened: a generator gives itself, and is watched already. */
function opened(watch: StreamWatch): (method: Method) => Method {
  return (method) =>
    function (...args) {
      const result = method.apply(this, args)
      if (result !== this && typeof result === 'object' && result !== null)
        watchOpened(result as Methods, watch)
      return result
    }
}

function watchOpened(target: Methods, watch: StreamWatch): void {
  try {
    const names = methodsPresent(target, ['next', 'return', 'throw', 'read', 'cancel'])
    replaceMethods(
      target,
      names.map((name) => [name, pull(name, watch)]),
    )
    // A reader that knows how much there is does not ask for the end.
    if (isReader(target) && isNativePromise(target['closed'])) {
      target['closed'].then(
        () => watch.over(),
        () => {},
      )
    }
  } catch {
    // It is read unwatched, and over when it is collected.
  }
}

/** A call by which a stream is read or left: what it gives may say that it is over. */
function pull(name: PropertyKey, watch: StreamWatch): (method: Method) => Method {
  const settle = (result: unknown) => {
    if (isLast(name, (result as { done?: unknown } | null | undefined)?.done)) watch.over()
    else watch.isRead()
  }
  return (method) =>
    function (...args) {
      let result: unknown
      try {
        result = method.apply(this, args)
      } catch (error) {
        watch.failed(error)
        throw error
      }
      if (!isNativePromise(result)) settle(result)
      else result.then(settle, (error) => watch.failed(error))
      return result
    }
}

/** Who leaves a stream has left it, but for a generator that gives more on its way out. */
function isLast(name: PropertyKey, done: unknown): boolean {
  if (name === 'cancel') return true
  return name === 'return' ? done !== false : done === true
}
