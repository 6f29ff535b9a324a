import { context } from '@opentelemetry/api'
import { platform } from './bind-body.ts'
import type { Binding } from './bind-in-place.ts'
import type { Method, Methods, Plan } from './replace-methods.ts'
import { type ReadableLike, viewStream } from './view-stream.ts'

/**
 * How `pipeTo`, `pipeThrough` and `tee` of a web stream are bound. They pull from inside the platform, past every
 * method of the object; so they are played to a stream of ours that reads this one in the session. Where they
 * would throw or reject, the platform does it.
 */
export function webStreamPlan(target: Methods, binding: Binding): Plan {
  const known = platform('ReadableStream')
  // A polyfill's stream has other insides, and an override does what it wants.
  if (known === undefined || !(target instanceof known)) return []
  const isOurs = ([name]: Plan[number]) => target[name] === (known.prototype as Methods)[name]
  // Looked up when it is piped: somebody may watch what is read, and came later.
  const read: Method = function (...args) {
    return ((this as Methods)['getReader'] as Method).apply(this, args)
  }
  const plan: Plan = [
    ['pipeTo', (native) => pipeToBound(native, read, binding)],
    ['pipeThrough', (native) => pipeThroughBound(native, read, binding)],
    ['tee', (native) => teeBound(native, read, binding)],
  ]
  return plan.filter(isOurs)
}

function pipeToBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    return pipe(this as ReadableLike, args[0], args[1], getReader, binding) ?? native.apply(this, args)
  }
}

function pipeThroughBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    const { readable, writable } = (args[0] ?? {}) as Methods
    if (!isA('ReadableStream', readable)) return native.apply(this, args)
    const piped = pipe(this as ReadableLike, writable, args[1], getReader, binding)
    if (piped === undefined) return native.apply(this, args)
    // As natively: whoever reads the other end hears of it.
    piped.catch(() => {})
    return readable
  }
}

function teeBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    if (!isA('ReadableStream', this) || (this as ReadableLike).locked) return native.apply(this, args)
    return native.call(viewStream(this as ReadableLike, getReader, binding, context.active()).stream)
  }
}

/** Pipes in the session; undefined where the platform refuses to pipe, and says so better. */
function pipe(
  source: ReadableLike,
  writable: unknown,
  options: unknown,
  getReader: Method,
  binding: Binding,
): Promise<void> | undefined {
  if (!isA('ReadableStream', source) || source.locked) return undefined
  if (!isA('WritableStream', writable) || (writable as { locked: boolean }).locked) return undefined
  const checked = readOptions(options)
  if (checked === undefined) return undefined
  const { stream, release } = viewStream(source, getReader, binding, context.active())
  // The lock is gone before anybody hears that the pipe has ended.
  return stream.pipeTo(writable as object, checked).then(release, (error) => {
    release()
    throw error
  })
}

function readOptions(options: unknown): object | undefined {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object' && typeof options !== 'function') return undefined
  const { preventAbort, preventCancel, preventClose, signal } = options as Methods
  if (signal !== undefined && !isA('AbortSignal', signal)) return undefined
  return { preventAbort, preventCancel, preventClose, ...(signal === undefined ? {} : { signal }) }
}

function isA(name: string, value: unknown): boolean {
  const known = platform(name)
  return known !== undefined && value instanceof known
}
