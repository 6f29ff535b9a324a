import { type Context, context } from '@opentelemetry/api'
import { listenerPlan, nodeStreamPlan } from './emitters.ts'
import {
  type Binding,
  type BindOutcome,
  type Method,
  type Methods,
  methodsPresent,
  type Replacements,
  replaceMethods,
  reportRefused,
} from './replace-methods.ts'
import { bodyOf, isWebStream, openMethodsOf, pullMethodsOf } from './stream-shapes.ts'
import { webStreamPlan } from './web-streams.ts'

/** What is bound, and to which context. */
const bound = new WeakMap<object, Binding>()

/** The Node streams that are bound whole, and not their iterator alone. */
const whole = new WeakSet<object>()

/**
 * Binds what pulls on demand to a context, in place: it stays the same object, of the same class. What produces
 * runs in the context; whoever consumes keeps its own.
 *
 * Bound are generators and iterators, whatever has `Symbol.asyncIterator`, web ReadableStreams, the body of a
 * Response or Request, and the OpenAI SDK's Stream; of a Node stream its iterator. Everything else is left alone,
 * and so is what was bound before, because the innermost scope made it.
 *
 * @param explicit somebody asked for this very value: then it is bound again, `next` alone will do, and
 *   emitters and Node streams are bound whole
 * @returns what became of it. Never throws
 */
export function bindInPlace(value: unknown, inside: Context, explicit = false): BindOutcome {
  if (typeof value !== 'object' || value === null) return 'nothing'
  const body = bodyOf(value)
  if (body !== undefined) return bindBody(value as Methods, body, inside, explicit)
  const target = value as Methods
  const before = bound.get(target)
  if (before !== undefined) {
    if (!explicit) return 'bound'
    before.inside = inside
    return whole.has(target) ? 'bound' : bindWhole(target, before)
  }
  const binding = { inside }
  const plan = planFor(target, binding, explicit)
  if (plan.length === 0) return 'nothing'
  const outcome = replaceMethods(target, plan)
  if (outcome !== 'bound') return outcome
  bound.set(target, binding)
  if (explicit) whole.add(target)
  return 'bound'
}

/** A Node stream of which so far the iterator was bound. */
function bindWhole(target: Methods, binding: Binding): BindOutcome {
  whole.add(target)
  const plan = nodeStreamPlan(target, binding)
  return plan.length === 0 ? 'bound' : replaceMethods(target, plan)
}

/** The platform copies a body past every method of its stream; the two that it gives are bound in turn. */
function bindBody(holder: Methods, body: object, inside: Context, explicit: boolean): BindOutcome {
  const binding = bound.get(holder) ?? { inside }
  if (explicit) binding.inside = inside
  if (!bound.has(holder)) {
    const clone = (native: Method): Method =>
      function (...args) {
        const copy = context.with(binding.inside, () => native.apply(this, args))
        for (const one of [this, copy]) bindInPlace(one, binding.inside)
        return copy
      }
    if (replaceMethods(holder, [['clone', clone]]) === 'refused') return 'refused'
    bound.set(holder, binding)
  }
  return bindInPlace(body, binding.inside, explicit)
}

/** What there is to bind. What throws when it is looked at is no stream. */
function planFor(target: Methods, binding: Binding, explicit: boolean): Replacements {
  try {
    // Their iterator reads by `_read`, and leaves by `_destroy`. Only where somebody asks for it: many functions
    // give back a stream that others write to as well, such as a logger, or where they have piped to.
    const ofNode = explicit ? nodeStreamPlan(target, binding) : []
    if (ofNode.length > 0) return ofNode
    const run = pullMethodsOf(target, explicit).map(
      (name) => [name, runBound(binding)] as Replacements[number],
    )
    const open = openMethodsOf(target).map((name) => [name, openBound(binding)] as Replacements[number])
    const plan = [...run, ...open, ...(isWebStream(target) ? webStreamPlan(target, binding) : [])]
    return plan.length === 0 && explicit ? listenerPlan(target, () => binding.inside) : plan
  } catch {
    return []
  }
}

function runBound(binding: Binding): (method: Method) => Method {
  return (method) =>
    function (...args) {
      return context.with(binding.inside, () => method.apply(this, args))
    }
}

function openBound(binding: Binding): (method: Method) => Method {
  return (method) =>
    function (...args) {
      const opened = context.with(binding.inside, () => method.apply(this, args))
      // A generator gives itself, and is bound already; any other iterator or reader is bound here, to be run.
      // A web stream has one reader. An iterable may be opened by several users: each iterator keeps its own
      // session.
      if (opened !== this) bindOpened(opened, this, binding)
      return opened
    }
}

function bindOpened(opened: unknown, by: unknown, binding: Binding): void {
  if (typeof opened !== 'object' || opened === null || bound.has(opened)) return
  try {
    const own = isWebStream(by as Methods) ? binding : { inside: binding.inside }
    const names = methodsPresent(opened as Methods, ['next', 'return', 'throw', 'read', 'cancel'])
    const plan = names.map((name) => [name, runBound(own)] as Replacements[number])
    if (replaceMethods(opened as Methods, plan) === 'bound') bound.set(opened, own)
  } catch {
    // It throws when it is looked at, or was opened as a function of its own.
    reportRefused()
  }
}

/**
 * What `fn` returned, bound to the context: a native Promise is followed, and what it resolves to is bound;
 * everything else comes back as the same object, bound if it is a stream. Nothing is started by it.
 */
export function bindResult<T>(result: T, inside: Context): T {
  if (isNativePromise(result)) return result.then((value) => bindValue(value, inside)) as T
  return bindValue(result, inside)
}

function bindValue<T>(value: T, inside: Context): T {
  bindInPlace(value, inside)
  return value
}
/**
 * Whether a value is a native Promise and no more, so that it can be followed. A subclass, a foreign thenable
 * such as the OpenAI SDK's lazy APIPromise, or a Promise with methods of its own such as ky's, cannot: following
 * would start it, or lose its other methods. Never throws.
 */
export function isNativePromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    // Symbols are left to Node's async hooks, which mark promises with them.
    return (
      Object.getPrototypeOf(value) === Promise.prototype && Object.getOwnPropertyNames(value).length === 0
    )
  } catch {
    return false
  }
}
