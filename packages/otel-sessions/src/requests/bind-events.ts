import { type Context, context, type Span, trace } from '@opentelemetry/api'
import { originIn } from './arrival/origin.ts'
import { sharedWeakMap } from './shared-map.ts'

type Listener = (...args: unknown[]) => unknown
type Method = (event: unknown, listener: unknown) => unknown

interface Emitter {
  emit?(...args: unknown[]): unknown
  listenerCount?(event: unknown): number
}

/** Where the listeners of an emitter run. */
interface Binding {
  /** Of a second helper on the same request, in its context. */
  inside: Context
  /** While something is emitted, in this one. */
  emitting: Context | undefined
}

const bindings = sharedWeakMap<object, Binding>('otel-sessions.emitter-bindings')

/**
 * Makes the emitters of a request, such as Node's response, emit in the active context, which is marked as that of the
 * request: their listeners run in its session, also those that were added earlier.
 *
 * What is emitted by code of the request keeps that code's context. All other events, such as those of a socket, or of a
 * response that another user's request writes to, are emitted below the server's span.
 *
 * `bindSession` on a response would do that as well, but takes a quarter of a millisecond for each.
 *
 * @param server the server's span, if there is one
 */
export function bindEvents(emitters: readonly unknown[], server: Span | undefined): void {
  const inside = context.active()
  const outermost = server === undefined ? inside : trace.setSpan(inside, server)
  for (const emitter of emitters) bindEmitter(emitter, outermost)
}

function bindEmitter(emitter: unknown, inside: Context): void {
  const target = Object(emitter) as Emitter
  const { emit } = target
  if (typeof emit !== 'function') return
  const known = bindings.get(target)
  if (known !== undefined) {
    known.inside = inside
    return
  }
  const binding: Binding = { inside, emitting: undefined }
  bindings.set(target, binding)
  replace(target, 'emit', function (this: unknown, ...args: unknown[]) {
    const active = context.active()
    const isInside = originIn(active) === originIn(binding.inside)
    const before = binding.emitting
    binding.emitting = isInside ? active : binding.inside
    try {
      return context.with(binding.emitting, () => emit.apply(this, args))
    } finally {
      binding.emitting = before
    }
  })
  // The instrumentation of HTTP makes each listener run in the server span's context, which is none of the session.
  if (Object.hasOwn(target, 'on')) bindAddedListeners(target, binding)
}

const ADD = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener']
const REMOVE = ['removeListener', 'off']

/** Makes listeners that are added from now on leave the context in which somebody else makes them run. */
function bindAddedListeners(target: Emitter, binding: Binding): void {
  const bound = new WeakMap<Listener, Listener>()
  // Node's `once` adds a listener of its own.
  let isAdding = false
  const bind = (listener: Listener): Listener => {
    const known = bound.get(listener)
    if (known !== undefined) return known
    const made = function (this: unknown, ...args: unknown[]) {
      return context.with(binding.emitting ?? binding.inside, () => listener.apply(this, args))
    }
    bound.set(listener, made)
    return made
  }
  const methods = target as Readonly<Record<string, Method | undefined>>
  for (const name of ADD) {
    const add = methods[name]
    if (add === undefined) continue
    replace(target, name, function (this: unknown, event: unknown, listener: unknown) {
      if (isAdding || typeof listener !== 'function') return add.call(this, event, listener)
      isAdding = true
      try {
        return add.call(this, event, bind(listener as Listener))
      } finally {
        isAdding = false
      }
    })
  }
  for (const name of REMOVE) {
    const remove = methods[name]
    if (remove === undefined) continue
    replace(target, name, function (this: unknown, event: unknown, listener: unknown) {
      const count = target.listenerCount?.(event)
      const result = remove.call(this, event, bound.get(listener as Listener) ?? listener)
      // It was added before, and is itself there.
      return count === target.listenerCount?.(event) ? remove.call(this, event, listener) : result
    })
  }
}

/** As visible as it was, so that nobody prints or copies it. A frozen emitter stays as it is. */
function replace(target: object, name: string, value: (...args: never[]) => unknown): void {
  const enumerable = Object.prototype.propertyIsEnumerable.call(target, name)
  Reflect.defineProperty(target, name, { value, writable: true, configurable: true, enumerable })
}
