import { type Context, context } from '@opentelemetry/api'
import { endScope, extendScope } from '#check-scope'
import { checkProvider } from '../scope/check-provider.ts'
import { readScope, type SessionScope } from '../scope/scope.ts'
import { type Binding, bindingTo, claim, isInAnotherTrace, returnAgain } from './binding.ts'
import { callbacksOutside } from './lazy.ts'
import {
  answers,
  type BindOutcome,
  hasMethod,
  isClass,
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
  replaceMethods,
  reportRejected,
} from './replace-methods.ts'
import {
  bodyOf,
  isObservable,
  isReopened,
  isStub,
  isWebStream,
  LEAVE,
  mayBeBound,
  openMethodsOf,
  pullMethodsOf,
  STARTS,
  startsOtherwise,
} from './stream-shapes.ts'
import { relayReplacements } from './web-streams.ts'

/**
 * Adds what only `bindSession` binds to the replacements of `usingSession`. It is passed in, so that a bundle with
 * `usingSession` alone has none of it.
 */
export type BindWhole = (target: Methods, binding: Binding, part: Replacements) => Replacements

const bindings = new WeakMap<object, Binding>()

/**
 * Binds what `fn` returned to a context. A native Promise is followed, and its value is bound; everything else comes
 * back as the same object, bound if it is a stream, an Observable or a lazy thenable. Binding starts nothing.
 *
 * @param outer the context in which the scope of `inside` was entered
 * @param scope the scope whose function this was: it is over now, or when the Promise settles, unless the result is
 *   pulled from later
 */
export function bindResult<T>(result: T, inside: Context, outer?: Context, scope?: SessionScope): T {
  const bind = (value: unknown, over: 'returned' | 'settled') => {
    if (bindInPlace(value, inside, outer) === 'nothing') endScope(scope, over)
    else extendScope(scope)
    checkProvider(scope ?? readScope(inside), true)
  }
  if (isNativePromise(result)) {
    return result.then(
      (value) => {
        bind(value, 'settled')
        return value
      },
      (error) => {
        bind(undefined, 'settled')
        throw error
      },
    ) as T
  }
  bind(result, 'returned')
  return result
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
 * @param whole for a value that the caller asked to bind: it is bound again, an object with `next` alone is bound,
 *   and so are whole Node streams, all methods of thenables, and emitters
 * @returns what became of the value. Never throws
 */
export function bindInPlace(
  value: unknown,
  inside: Context,
  outer?: Context,
  whole?: BindWhole,
): BindOutcome {
  const isFunction = typeof value === 'function'
  if ((typeof value !== 'object' && !isFunction) || value === null) return 'nothing'
  try {
    if (isFunction && isClass(value)) return 'nothing'
    if (isStub(value)) return whole === undefined ? reportRejected(true) : 'nothing'
    // Most functions have no properties.
    const isPlain = whole === undefined || (isFunction && Object.keys(value).length === 0)
    if (isPlain && !mayBeBound(value)) return 'nothing'
    return bindTo(value as Methods, bindingTo(inside, outer), whole)
  } catch {
    // What throws when it is looked at is not a stream.
    return 'nothing'
  }
}

function bindTo(target: Methods, to: Binding, whole?: BindWhole): BindOutcome {
  const before = bindings.get(target)
  if (before !== undefined && whole === undefined) {
    // What is pulled from at one place only may be handed over.
    if (!before.stays && (before.pulled || isReopened(target) || isInAnotherTrace(before)))
      returnAgain(before, to)
    return 'bound'
  }
  if (whole === undefined && startsOtherwise(target)) return reportRejected(true)
  const binding = Object.assign(before ?? to, to)
  const part = before === undefined ? replacementsFor(target, binding, whole !== undefined) : []
  const replacements = whole === undefined || before?.whole ? part : whole(target, binding, part)
  if (!replaceMethods(target, replacements)) {
    const isLazy = replacements.some(([name]) => name === 'then' || name === 'subscribe')
    // A view reaches what is lazy and cannot be bound in place, if it was asked for.
    return isLazy && whole !== undefined ? 'nothing' : reportRejected(isLazy)
  }
  const body = bodyOf(target)
  // A stream of its own, but it gets all its other sessions from the object that has it.
  if (body !== undefined) bindTo(body, { ...to }, whole)
  if (before === undefined && replacements.length === 0) return 'nothing'
  binding.whole = whole !== undefined
  bindings.set(target, binding)
  return 'bound'
}

type Wrap = (method: Method) => Method

/**
 * The replacements for the methods with which an object is consumed, by what the object is.
 *
 * @param asked also for an iterator that is not iterable, and for a Promise of a subclass, which has started
 */
export function replacementsFor(target: Methods, binding: Binding, asked: boolean): Replacements {
  const replacements: Replacements = []
  const replace = (names: PropertyKey[], wrap: Wrap) => {
    for (const name of methodsPresent(target, names)) replacements.push([name, wrap])
  }
  const reopened = isReopened(target)
  // What is opened once is bound to another session together with its source.
  const bindOpened =
    (...names: PropertyKey[]): Bind =>
    (opened, inside) =>
      bindMethods(opened, names, reopened ? bindingTo(inside) : binding)
  replace(pullMethodsOf(target, asked), consuming(binding, false))
  replace(
    openMethodsOf(target),
    consuming(binding, reopened, bindOpened('next', 'return', 'throw', 'read', 'cancel')),
  )
  if (isObservable(target)) {
    const subscribing = (claims: boolean) =>
      consuming(binding, claims, bindOpened(...LEAVE), (args) => callbacksOutside(args))
    replace(['subscribe'], subscribing(true))
    // RxJS: what was subscribed to before starts now.
    if (hasMethod(target, 'pipe')) replace(['connect'], subscribing(false))
  }
  if (answers(target, 'then') && (asked || target['then'] !== Promise.prototype.then)) {
    replace(['then', 'catch', 'finally'], consuming(binding, true, asIs, outsideAndBound))
    replace(STARTS, consuming(binding, true, bindResult, outsideAndBound))
    replace(['clone'], consuming(binding, false, bindResult))
  }
  if (bodyOf(target) !== undefined) replacements.push(['clone', copying(binding)])
  return isWebStream(target) ? [...replacements, ...relayReplacements(target)] : replacements
}

/** Binds what a method has returned, and returns it. */
type Bind = (made: unknown, inside: Context) => unknown

const asIs: Bind = (made) => made

/** Makes callbacks run where they were passed, and binds what they are called with. */
const outsideAndBound = (args: unknown[], inside: Context) =>
  callbacksOutside(args, (value) => bindInPlace(value, inside))

/** Makes a method run in the binding's context. */
export const runningInBinding = (binding: Binding): Wrap => consuming(binding, false)

/**
 * Makes a method run in the binding's context, and binds what it returns.
 *
 * @param claims each call is a consumption of its own
 * @param outside makes callbacks among the arguments run where they were passed
 */
function consuming(
  binding: Binding,
  claims: boolean,
  bind = asIs,
  outside?: (args: unknown[], inside: Context) => unknown[],
): Wrap {
  return (method) =>
    function (...args) {
      const inside = claims ? claim(binding) : binding.inside
      binding.pulled = true
      if (inside === undefined) return method.apply(this, args)
      const given = outside === undefined ? args : outside(args, inside)
      const made = context.with(inside, () => method.apply(this, given))
      if (made !== this) return bind(made, inside)
      // A generator that is opened is bound. A query that is refined has not started.
      if (claims) binding.pending++
      return made
    }
}

/** Makes methods of what was opened run in the binding's context, and a function that is called to leave it. */
export function bindMethods(opened: unknown, names: PropertyKey[], binding: Binding): unknown {
  const run = runningInBinding(binding)
  // The teardown of an Observable.
  if (typeof opened === 'function')
    return new Proxy(opened, { apply: (_, self, args) => run(opened as Method).apply(self, args) })
  if (typeof opened !== 'object' || opened === null || bindings.has(opened)) return opened
  try {
    const present = methodsPresent(opened as Methods, names)
    const replacements = present.map((name): Replacements[number] => [name, run])
    if (replaceMethods(opened as Methods, replacements)) bindings.set(opened, binding)
    else reportRejected()
  } catch {
    // It throws when it is looked at.
    reportRejected()
  }
  return opened
}

/**
 * Makes the copies of a body share one binding: the platform tees the body, and reads the copies through each other. If
 * another scope makes a copy, the source is not one session's alone.
 */
function copying(binding: Binding): Wrap {
  return (clone) =>
    function (...args) {
      const inside = claim(binding)
      const ofBody = bindings.get(bodyOf(this) as object)
      if (ofBody !== undefined && ofBody.inside !== inside) ofBody.inside = undefined
      const copy = clone.apply(this, args)
      if (inside !== undefined && ofBody?.inside !== undefined) {
        for (const one of [this, copy]) bindTo(bodyOf(one) as Methods, ofBody)
        bindTo(copy as Methods, bindingTo(inside))
      }
      return copy
    }
}
