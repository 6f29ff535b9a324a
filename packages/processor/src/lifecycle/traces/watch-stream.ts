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

/** The watch of each stream: its methods are replaced once, even if several traces return it. */
const watches = new WeakMap<object, StreamWatch>()

/**
 * Ends a root span when a stream is over: read to its end, left, cancelled or failed. Where none of that happens, the
 * span ends as of the last read when the stream is garbage-collected or the provider shuts down. The stream stays the
 * same object, and watching it reads nothing.
 *
 * @returns whether the value is a stream that can be watched and is not over. Never throws
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

/** Whether a stream was read or destroyed before, where the platform shows it. */
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
    if (body !== undefined) return watchBody(target, body, watch)
    if (isNodeReadable(target)) watchNode(target, watch)
    const plan = planFor(target, watch)
    return plan.length > 0 && replaceMethods(target, plan)
  } catch {
    return false
  }
}

/** `clone` makes a second body without calling methods of the stream. The first body that is over ends the span. */
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

/** Listens to events that do not start the stream. `close` follows an error, too. */
function watchNode(target: Methods, watch: StreamWatch): void {
  const once = target['once'] as Method
  once.call(target, 'end', () => watch.end())
  once.call(target, 'close', () => {
    const error = target['errored']
    if (error === undefined || error === null) watch.end()
    else watch.fail(error)
  })
}

function planFor(target: Methods, watch: StreamWatch): Replacements {
  const pulls = pullMethodsOf(target, false).map(
    (name) => [name, watchedPull(name, watch)] as Replacements[number],
  )
  const opens = openMethodsOf(target).map((name) => [name, watchedOpen(watch)] as Replacements[number])
  return [...pulls, ...opens]
}

/** A method that returns a reader or an iterator, which is watched too. A generator returns itself. */
function watchedOpen(watch: StreamWatch): (method: Method) => Method {
  return (method) =>
    function (...args) {
      const result = method.apply(this, args)
      if (result !== this && typeof result === 'object' && result !== null)
        watchReader(result as Methods, watch)
      return result
    }
}

function watchReader(target: Methods, watch: StreamWatch): void {
  try {
    const names = methodsPresent(target, ['next', 'return', 'throw', 'read', 'cancel'])
    replaceMethods(
      target,
      names.map((name) => [name, watchedPull(name, watch)]),
    )
    // A consumer that knows the length does not read the end.
    if (isReader(target) && isNativePromise(target['closed'])) {
      target['closed'].then(
        () => watch.end(),
        () => {},
      )
    }
  } catch {
    // It is read unwatched, and the span ends when it is garbage-collected.
  }
}

/** A method that reads, leaves or cancels the stream: its result shows whether the stream is over. */
function watchedPull(name: PropertyKey, watch: StreamWatch): (method: Method) => Method {
  const settle = (result: unknown) => {
    if (isLast(name, (result as { done?: unknown } | null | undefined)?.done)) watch.end()
    else watch.noteActivity()
  }
  return (method) =>
    function (...args) {
      let result: unknown
      try {
        result = method.apply(this, args)
      } catch (error) {
        watch.fail(error)
        throw error
      }
      if (!isNativePromise(result)) settle(result)
      else result.then(settle, (error) => watch.fail(error))
      return result
    }
}

/** Leaving a stream ends it, unless a generator yields more in its `finally`. */
function isLast(name: PropertyKey, done: unknown): boolean {
  if (name === 'cancel') return true
  return name === 'return' ? done !== false : done === true
}

/** A stream that more traces return than this is shared, not made for one of them. */
const MOST_ROOTS = 8

const abandoned =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<readonly RootSpan[]>((roots) => {
        for (const root of roots) root.abandon()
      })
    : undefined

/**
 * The root spans that end with one stream. Only the replaced methods of the stream, and of what was opened on it,
 * reference a watch. It is garbage-collected when nothing can read the stream any more, and that ends the spans.
 */
class StreamWatch {
  readonly #roots: RootSpan[] = []
  #isOver = false

  /** Adds a root span; nested traces may return the same stream. Returns whether it ends with the stream. */
  join(root: RootSpan): boolean {
    if (this.#isOver || this.#roots.length >= MOST_ROOTS) return false
    if (this.#roots.length === 0) abandoned?.register(this, this.#roots, this)
    this.#roots.push(root)
    root.stayOpen()
    return true
  }

  noteActivity(): void {
    for (const root of this.#roots) root.noteActivity()
  }

  end(): void {
    this.#finish((root) => root.end())
  }

  fail(error: unknown): void {
    this.#finish((root) => root.fail(error))
  }

  #finish(end: (root: RootSpan) => void): void {
    if (this.#isOver) return
    this.#isOver = true
    abandoned?.unregister(this)
    for (const root of this.#roots) end(root)
  }
}
