import { type Context, context } from '@opentelemetry/api'
import { report } from './report.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<PropertyKey, unknown>

/** What is bound, and to which context: binding again to another one changes the entry. */
const bound = new WeakMap<object, { inside: Context }>()

/**
 * Binds what pulls on demand to a context, in place: it stays the same object, of the same class. `next`,
 * `return` and `throw` run in the context; whoever iterates keeps its own.
 *
 * Bound are generators and iterators, whatever has `Symbol.asyncIterator`, web ReadableStreams (reader,
 * iterator, `Response`), and the OpenAI SDK's Stream. Everything else goes back as it is, and so does what was
 * bound before, unless `again` says otherwise: the innermost scope made it.
 */
export function bindInPlace<T>(value: T, inside: Context, again = false): T {
  if (typeof value !== 'object' || value === null) return value
  try {
    bindObject(value as Methods, inside, again)
  } catch {
    report('bind:refused', () => 'a stream cannot be bound in place: it is frozen, or reading it throws')
  }
  return value
}

function bindObject(target: Methods, inside: Context, again: boolean): void {
  const before = bound.get(target)
  if (before !== undefined) {
    if (again) before.inside = inside
    return
  }
  const binding = { inside }
  const pulls = pullsOf(target)
  const opens = opensOf(target)
  if (pulls.length === 0 && opens.length === 0) return
  for (const name of pulls) replace(target, name, (method) => runBound(method, binding))
  for (const name of opens) replace(target, name, (method) => openBound(method, binding))
  bound.set(target, binding)
}

/** The methods that run the body: they are called in the context. */
function pullsOf(target: Methods): PropertyKey[] {
  if (isIterator(target)) return present(target, ['next', 'return', 'throw', 'cancel'])
  if (isReader(target)) return ['read', 'cancel']
  return isWebStream(target) ? ['cancel'] : []
}

/** The methods that give something to pull on: that is bound in turn. */
function opensOf(target: Methods): PropertyKey[] {
  const opens: PropertyKey[] = isWebStream(target) ? ['getReader', 'values'] : []
  if (isFunction(target[Symbol.asyncIterator])) opens.push(Symbol.asyncIterator)
  // The OpenAI SDK's Stream hands its own `iterator` to tee().
  if (isFunction(target['iterator']) && isFunction(target['tee'])) opens.push('iterator')
  return present(target, opens)
}

const isFunction = (value: unknown): value is Method => typeof value === 'function'

const present = (target: Methods, names: PropertyKey[]) => names.filter((name) => isFunction(target[name]))

// Iterators that are iterable give themselves, so an array or a Map, which give new ones, are none.
const isIterator = (target: Methods) =>
  isFunction(target['next']) &&
  (isFunction(target[Symbol.iterator]) || isFunction(target[Symbol.asyncIterator]))

const isWebStream = (target: Methods) => isFunction(target['getReader']) && isFunction(target['pipeTo'])

const isReader = (target: Methods) => isFunction(target['read']) && isFunction(target['releaseLock'])

function replace(target: Methods, name: PropertyKey, make: (method: Method) => Method): void {
  const value = make(target[name] as Method)
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false })
}

function runBound(method: Method, binding: { inside: Context }): Method {
  return function (...args) {
    return context.with(binding.inside, () => method.apply(this, args))
  }
}

function openBound(method: Method, binding: { inside: Context }): Method {
  return function (...args) {
    const opened = context.with(binding.inside, () => method.apply(this, args))
    // A generator gives itself, and is bound already; any other iterator or reader is bound here, to be run.
    return opened === this ? opened : bindOpened(opened, binding)
  }
}

function bindOpened(opened: unknown, binding: { inside: Context }): unknown {
  if (typeof opened !== 'object' || opened === null || bound.has(opened)) return opened
  const target = opened as Methods
  for (const name of present(target, ['next', 'return', 'throw', 'read', 'cancel'])) {
    replace(target, name, (method) => runBound(method, binding))
  }
  bound.set(opened, binding)
  return opened
}
