import type { Context } from '@opentelemetry/api'
import { endScope, extendScope, type SessionScope } from '../scope/scope.ts'
import { type Binding, bindingTo, claim, returnAgain, runIn } from './binding.ts'
import { lazyReplacements, reportNotBound } from './lazy.ts'
import {
  type BindOutcome,
  hasMethod,
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
  /** For all methods of a thenable, and not only for those that start it. */
  thenable(target: Methods, binding: Binding): Replacements
}

const bindings = new WeakMap<object, Binding>()

/** The targets that were bound by an explicit request: of a Node stream the whole, not only its iterator. */
const boundExplicitly = new WeakSet<object>()

/**
 * Binds what `fn` returned to a context. A native Promise is followed, and its value is bound; everything else comes
 * back as the same object, bound if it is a stream, an Observable or a lazy thenable. Binding starts nothing.
 *
 * @param outer the context in which the scope of `inside` was entered
 * @param scope the scope whose function this was: it is over now, or when the Promise settles, unless the result is
 *   pulled from later
 */
export function bindResult<T>(result: T, inside: Context, outer?: Context, scope?: SessionScope): T {
  if (isNativePromise(result)) {
    return result.then(
      (value) => {
        bindValue(value, inside, outer, scope, 'settled')
        return value
      },
      (error) => {
        endScope(scope, 'settled')
        throw error
      },
    ) as T
  }
  bindValue(result, inside, outer, scope, 'returned')
  return result
}

function bindValue(
  value: unknown,
  inside: Context,
  outer: Context | undefined,
  scope: SessionScope | undefined,
  over: 'returned' | 'settled',
): void {
  if (bindInPlace(value, inside, outer) === 'nothing') endScope(scope, over)
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
 * Binds what is pulled from (a generator, a stream) or started later (an Observable, a lazy thenable) to a context, in
 * place: it stays the same object of the same class. Its source runs in the context, its consumer keeps its own.
 *
 * Bound are generators and iterators, everything with `Symbol.asyncIterator`, web ReadableStreams, the body of a
 * Response or Request, the OpenAI SDK's Stream, Observables, and thenables with a `then` of their own; of a Node stream
 * its iterator. Everything else is left as it is, and so is what is bound already, because the innermost scope made it.
 *
 * @param outer the context in which the scope of `inside` was entered
 * @param explicit for a value that the caller asked to bind: it is bound again, an object with `next` alone is bound,
 *   and so are whole Node streams, all methods of thenables, and emitters
 * @returns what became of the value. Never throws
 */
export function bindInPlace(
  value: unknown,
  inside: Context,
  outer?: Context,
  explicit?: ExplicitBinding,
): BindOutcome {
  if (typeof value !== 'object' || value === null) return 'nothing'
  const body = bodyOf(value)
  if (body !== undefined) return bindBody(value as Methods, body, inside, outer, explicit)
  const target = value as Methods
  const before = bindings.get(target)
  if (before !== undefined) {
    if (explicit === undefined) {
      if (isReopened(target)) returnAgain(before, inside, outer)
      return 'bound'
    }
    Object.assign(before, bindingTo(inside, outer))
    return boundExplicitly.has(target) ? 'bound' : bindWhole(target, before, explicit)
  }
  // Filled in if there is something to bind: most functions return something else.
  const binding = {} as Binding
  const replacements = replacementsFor(target, binding, explicit)
  if (replacements.length === 0) return 'nothing'
  Object.assign(binding, bindingTo(inside, outer))
  // A view reaches what is lazy and cannot be bound in place, if it was asked for.
  const notBound = explicit === undefined ? reportNotBound : () => 'nothing' as const
  const isLazy = replacements.some(([name]) => name === 'then' || name === 'subscribe')
  const outcome = replaceMethods(target, replacements, isLazy ? notBound : undefined)
  if (outcome !== 'bound') return outcome
  bindings.set(target, binding)
  if (explicit !== undefined) boundExplicitly.add(target)
  return 'bound'
}

/** Binds the whole of what `usingSession` has bound in part. */
function bindWhole(target: Methods, binding: Binding, explicit: ExplicitBinding): BindOutcome {
  boundExplicitly.add(target)
  const ofNode = explicit.nodeStream(target, binding)
  const others = () => [...explicit.thenable(target, binding), ...explicit.emitter(target, binding)]
  const replacements = ofNode.length > 0 ? ofNode : others()
  return replacements.length === 0 ? 'bound' : replaceMethods(target, replacements)
}

/** Binds a body, and what `clone` makes of it: the platform copies a body without any method of its stream. */
function bindBody(
  holder: Methods,
  body: object,
  inside: Context,
  outer: Context | undefined,
  explicit: ExplicitBinding | undefined,
): BindOutcome {
  const before = bindings.get(holder)
  if (before !== undefined) {
    if (explicit === undefined) returnAgain(before, inside, outer)
    else Object.assign(before, bindingTo(inside, outer))
    return bindInPlace(body, inside, outer, explicit)
  }
  const binding = bindingTo(inside, outer)
  /** Of the body, and of those that it had before it was copied: they are read through each other. */
  const bodies = new Set<Binding>()
  const noteBody = () => {
    const ofBody = bindings.get(bodyOf(holder) as object)
    if (ofBody !== undefined) bodies.add(ofBody)
  }
  const clone = (native: Method): Method =>
    function (...args) {
      const claimed = claim(binding)
      // The platform tees the body. If another scope makes a copy, the source is not one session's alone.
      if (claimed === undefined) for (const one of bodies) one.inside = undefined
      const copy = native.apply(this, args)
      if (claimed !== undefined) for (const one of [bodyOf(this as object), copy]) bindInPlace(one, claimed)
      noteBody()
      return copy
    }
  if (replaceMethods(holder, [['clone', clone]]) === 'rejected') return 'rejected'
  bindings.set(holder, binding)
  const outcome = bindInPlace(body, inside, outer, explicit)
  noteBody()
  return outcome
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
      ...openMethodsOf(target).map((name) => [name, openInContext(binding, isReopened(target))]),
      ...(isWebStream(target) ? webStreamReplacements(target, binding) : []),
      ...lazyReplacements(target, binding, bindResult, explicit !== undefined),
      ...(explicit?.thenable(target, binding) ?? []),
    ] as Replacements
    return [...replacements, ...(explicit?.emitter(target, binding) ?? [])]
  } catch {
    // What throws when it is looked at is not a stream.
    return []
  }
}

/** Whether an object may be consumed several times. A generator, a stream and a reader are consumed once. */
const isReopened = (target: Methods) =>
  !['next', 'read', 'getReader', 'tee'].some((name) => hasMethod(target, name))

/** Makes a method run in the binding's context. */
export function inContext(binding: Binding): (method: Method) => Method {
  return (method) =>
    function (...args) {
      return runIn(binding.inside, () => method.apply(this, args))
    }
}

/** Makes a method run in the binding's context, and binds the iterator or reader that it returns. */
function openInContext(binding: Binding, reopened: boolean): (method: Method) => Method {
  return (method) =>
    function (...args) {
      const inside = reopened ? claim(binding) : binding.inside
      const opened = runIn(inside, () => method.apply(this, args))
      // A generator returns itself, and is bound.
      if (opened !== this && inside !== undefined) bindOpened(opened, this, binding, inside)
      return opened
    }
}

function bindOpened(opened: unknown, by: unknown, binding: Binding, inside: Context): void {
  if (typeof opened !== 'object' || opened === null || bindings.has(opened)) return
  try {
    // A web stream has one reader. An iterable may be opened by several users, and each iterator keeps its session.
    const own = isWebStream(by as Methods) ? binding : bindingTo(inside, undefined)
    const names = methodsPresent(opened as Methods, ['next', 'return', 'throw', 'read', 'cancel'])
    const replacements = names.map((name) => [name, inContext(own)] as Replacements[number])
    if (replaceMethods(opened as Methods, replacements) === 'bound') bindings.set(opened, own)
  } catch {
    // It throws when it is looked at, or the method was called without its object.
    reportRejected()
  }
}
