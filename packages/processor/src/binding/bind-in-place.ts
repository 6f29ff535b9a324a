import { type Context, context } from '@opentelemetry/api'
import { endScope, extendScope, type SessionScope } from '../scope/scope.ts'
import {
  type Binding,
  type BindOutcome,
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
  replaceMethods,
  reportRejected,
} from './replace-methods.ts'
import { bodyOf, isWebStream, openMethodsOf, pullMethodsOf } from './stream-shapes.ts'
import { webStreamReplacements } from './web-streams.ts'

/** What only `bindSession` binds. It is passed in, so that a bundle with `usingSession` alone has none of it. */
export interface ExplicitBinding {
  /** For a whole Node stream, and not only for its iterator. */
  nodeStream(target: Methods, binding: Binding): Replacements
  emitter(target: Methods, binding: Binding): Replacements
}

const bindings = new WeakMap<object, Binding>()

/** The targets that were bound by an explicit request: of a Node stream the whole, not only its iterator. */
const boundExplicitly = new WeakSet<object>()

/**
 * Binds what `fn` returned to a context. A native Promise is followed, and its value is bound; everything else comes
 * back as the same object, bound if it is a stream. Binding starts nothing.
 *
 * @param scope the scope whose function this was: it is over now, or when the Promise settles, unless the result is
 *   pulled from later
 */
export function bindResult<T>(result: T, inside: Context, scope?: SessionScope): T {
  if (isNativePromise(result)) {
    return result.then(
      (value) => {
        bindValue(value, inside, scope, 'settled')
        return value
      },
      (error) => {
        endScope(scope, 'settled')
        throw error
      },
    ) as T
  }
  bindValue(result, inside, scope, 'returned')
  return result
}

function bindValue(
  value: unknown,
  inside: Context,
  scope: SessionScope | undefined,
  over: 'returned' | 'settled',
): void {
  if (bindInPlace(value, inside) === 'nothing') endScope(scope, over)
  else extendScope(scope)
}

/**
 * Whether a value is a plain native Promise, which can be followed. Following a subclass, a foreign thenable (the OpenAI
 * SDK's lazy APIPromise) or a Promise with methods of its own (ky's) would start it, or lose its methods. Never throws.
 */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    // Symbols do not count: Node's async hooks mark promises with them.
    return (
      Object.getPrototypeOf(value) === Promise.prototype && Object.getOwnPropertyNames(value).length === 0
    )
  } catch {
    return false
  }
}

/**
 * Binds what is pulled from (a generator, a stream) to a context, in place: it stays the same object of the same class.
 * Its source runs in the context, its consumer keeps its own.
 *
 * Bound are generators and iterators, everything with `Symbol.asyncIterator`, web ReadableStreams, the body of a
 * Response or Request, and the OpenAI SDK's Stream; of a Node stream its iterator. Everything else is left as it is,
 * and so is what is bound already, because the innermost scope made it.
 *
 * @param explicit for a value that the caller asked to bind: it is bound again, an object with `next` alone is bound,
 *   and so are whole Node streams and emitters
 * @returns what became of the value. Never throws
 */
export function bindInPlace(value: unknown, inside: Context, explicit?: ExplicitBinding): BindOutcome {
  if (typeof value !== 'object' || value === null) return 'nothing'
  const body = bodyOf(value)
  if (body !== undefined) return bindBody(value as Methods, body, inside, explicit)
  const target = value as Methods
  const before = bindings.get(target)
  if (before !== undefined) {
    if (explicit === undefined) return 'bound'
    before.inside = inside
    return boundExplicitly.has(target) ? 'bound' : bindWhole(target, before, explicit)
  }
  const binding = { inside }
  const replacements = replacementsFor(target, binding, explicit)
  if (replacements.length === 0) return 'nothing'
  const outcome = replaceMethods(target, replacements)
  if (outcome !== 'bound') return outcome
  bindings.set(target, binding)
  if (explicit !== undefined) boundExplicitly.add(target)
  return 'bound'
}

/** Binds a Node stream whose iterator is bound already. */
function bindWhole(target: Methods, binding: Binding, explicit: ExplicitBinding): BindOutcome {
  boundExplicitly.add(target)
  const replacements = explicit.nodeStream(target, binding)
  return replacements.length === 0 ? 'bound' : replaceMethods(target, replacements)
}

/** Binds a body, and what `clone` makes of it: the platform copies a body without any method of its stream. */
function bindBody(
  holder: Methods,
  body: object,
  inside: Context,
  explicit: ExplicitBinding | undefined,
): BindOutcome {
  const binding = bindings.get(holder) ?? { inside }
  if (explicit !== undefined) binding.inside = inside
  if (!bindings.has(holder)) {
    const clone = (native: Method): Method =>
      function (...args) {
        const copy = context.with(binding.inside, () => native.apply(this, args))
        for (const one of [this, copy]) bindInPlace(one, binding.inside)
        return copy
      }
    if (replaceMethods(holder, [['clone', clone]]) === 'rejected') return 'rejected'
    bindings.set(holder, binding)
  }
  return bindInPlace(body, binding.inside, explicit)
}

function replacementsFor(
  target: Methods,
  binding: Binding,
  explicit: ExplicitBinding | undefined,
): Replacements {
  try {
    // Whole Node streams only by request. Many functions return a stream to which others write as well, such as a
    // logger, or the stream that they have piped to.
    const ofNode = explicit?.nodeStream(target, binding) ?? []
    if (ofNode.length > 0) return ofNode
    const replacements = [
      ...pullMethodsOf(target, explicit !== undefined).map((name) => [name, inContext(binding)]),
      ...openMethodsOf(target).map((name) => [name, openInContext(binding)]),
      ...(isWebStream(target) ? webStreamReplacements(target, binding) : []),
    ] as Replacements
    return replacements.length === 0 ? (explicit?.emitter(target, binding) ?? []) : replacements
  } catch {
    // What throws when it is looked at is not a stream.
    return []
  }
}

/** Makes a method run in the binding's context. */
export function inContext(binding: Binding): (method: Method) => Method {
  return (method) =>
    function (...args) {
      return context.with(binding.inside, () => method.apply(this, args))
    }
}

/** Makes a method run in the binding's context, and binds the iterator or reader that it returns. */
function openInContext(binding: Binding): (method: Method) => Method {
  return (method) =>
    function (...args) {
      const opened = context.with(binding.inside, () => method.apply(this, args))
      // A generator returns itself, and is bound.
      if (opened !== this) bindOpened(opened, this, binding)
      return opened
    }
}

function bindOpened(opened: unknown, by: unknown, binding: Binding): void {
  if (typeof opened !== 'object' || opened === null || bindings.has(opened)) return
  try {
    // A web stream has one reader. An iterable may be opened by several users, and each iterator keeps its session.
    const own = isWebStream(by as Methods) ? binding : { inside: binding.inside }
    const names = methodsPresent(opened as Methods, ['next', 'return', 'throw', 'read', 'cancel'])
    const replacements = names.map((name) => [name, inContext(own)] as Replacements[number])
    if (replaceMethods(opened as Methods, replacements) === 'bound') bindings.set(opened, own)
  } catch {
    // It throws when it is looked at, or the method was called without its object.
    reportRejected()
  }
}
