import { type Context, context } from '@opentelemetry/api'
import { report } from './report.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<PropertyKey, unknown>

/** What became of a value: nothing, where there is nothing to pull on; refused, where it cannot be written to. */
export type BindOutcome = 'bound' | 'refused' | 'nothing'

/** What is bound, and to which context: binding again to another one changes the entry. */
const bound = new WeakMap<object, { inside: Context }>()

/**
 * Binds what pulls on demand to a context, in place: it stays the same object, of the same class. `next`,
 * `return` and `throw` run in the context; whoever iterates keeps its own.
 *
 * Bound are generators and iterators, whatever has `Symbol.asyncIterator`, web ReadableStreams (reader,
 * iterator, `Response`), and the OpenAI SDK's Stream. Everything else is left alone, and so is what was bound
 * before, because the innermost scope made it.
 *
 * @param explicit somebody asked for this very value: then it is bound again, and `next` alone will do
 * @returns what became of it. Never throws
 */
export function bindInPlace(value: unknown, inside: Context, explicit = false): BindOutcome {
  if (typeof value !== 'object' || value === null) return 'nothing'
  const target = value as Methods
  const before = bound.get(target)
  if (before !== undefined) {
    if (explicit) before.inside = inside
    return 'bound'
  }
  const found = recognise(target, explicit)
  if (found === undefined) return 'nothing'
  try {
    return bindObject(target, found, { inside })
  } catch {
    return reportRefused()
  }
}

interface Recognised {
  readonly pulls: PropertyKey[]
  readonly opens: PropertyKey[]
}

/** What there is to bind. What throws when it is looked at is no stream. */
function recognise(target: Methods, explicit: boolean): Recognised | undefined {
  try {
    const pulls = pullsOf(target, explicit)
    const opens = opensOf(target)
    return pulls.length + opens.length > 0 ? { pulls, opens } : undefined
  } catch {
    return undefined
  }
}

function bindObject(
  target: Methods,
  { pulls, opens }: Recognised,
  binding: { inside: Context },
): BindOutcome {
  // All or nothing: half a stream in the session would be worse than none.
  if (![...pulls, ...opens].every((name) => isReplaceable(target, name))) return reportRefused()
  bindMethods(target, pulls, (method) => runBound(method, binding))
  bindMethods(target, opens, (method) => openBound(method, binding))
  bound.set(target, binding)
  return 'bound'
}

function isReplaceable(target: Methods, name: PropertyKey): boolean {
  const own = Object.getOwnPropertyDescriptor(target, name)
  return own === undefined ? Object.isExtensible(target) : own.configurable === true
}

function reportRefused(): BindOutcome {
  report(
    'bind:refused',
    () => 'a stream cannot be bound in place: it is frozen, or its methods cannot be replaced',
  )
  return 'refused'
}

/** The methods that run the body: they are called in the context. */
function pullsOf(target: Methods, explicit: boolean): PropertyKey[] {
  if (isIterator(target) || (explicit && has(target, 'next')))
    return present(target, ['next', 'return', 'throw', 'cancel'])
  if (isReader(target)) return ['read', 'cancel']
  return isWebStream(target) ? ['cancel'] : []
}

/** The methods that give something to pull on: that is bound in turn. */
function opensOf(target: Methods): PropertyKey[] {
  const opens: PropertyKey[] = isWebStream(target) ? ['getReader', 'values'] : []
  if (has(target, Symbol.asyncIterator)) opens.push(Symbol.asyncIterator)
  // The OpenAI SDK's Stream hands its own `iterator` to tee().
  if (has(target, 'iterator') && has(target, 'tee')) opens.push('iterator')
  return present(target, opens)
}

// A stub that answers every name with a function, as of a remote object, has none of them.
const has = (target: Methods, name: PropertyKey) => name in target && typeof target[name] === 'function'

const present = (target: Methods, names: PropertyKey[]) => names.filter((name) => has(target, name))

// Iterators that are iterable give themselves, so an array or a Map, which give new ones, are none.
const isIterator = (target: Methods) =>
  has(target, 'next') && (has(target, Symbol.iterator) || has(target, Symbol.asyncIterator))

const isWebStream = (target: Methods) => has(target, 'getReader') && has(target, 'pipeTo')

const isReader = (target: Methods) => has(target, 'read') && has(target, 'releaseLock')

function bindMethods(target: Methods, names: PropertyKey[], make: (method: Method) => Method): void {
  for (const name of names) {
    Object.defineProperty(target, name, {
      value: make(target[name] as Method),
      writable: true,
      configurable: true,
      // As visible as before: nothing new in Object.keys, nothing gone from it.
      enumerable: Object.prototype.propertyIsEnumerable.call(target, name),
    })
  }
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
    // A web stream has one reader. An iterable may be opened by several users: each iterator keeps its own session.
    if (opened !== this)
      bindOpened(opened, isWebStream(this as Methods) ? binding : { inside: binding.inside })
    return opened
  }
}

function bindOpened(opened: unknown, binding: { inside: Context }): void {
  if (typeof opened !== 'object' || opened === null || bound.has(opened)) return
  try {
    const names = present(opened as Methods, ['next', 'return', 'throw', 'read', 'cancel'])
    bindMethods(opened as Methods, names, (method) => runBound(method, binding))
    bound.set(opened, binding)
  } catch {
    reportRefused()
  }
}
