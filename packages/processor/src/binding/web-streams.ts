import { type Context, context } from '@opentelemetry/api'
import type { Binding, Method, Methods, Replacements } from './replace-methods.ts'
import { platform } from './stream-shapes.ts'

/**
 * How `pipeTo`, `pipeThrough` and `tee` of a web stream are bound. They pull from inside the platform, past every
 * method of the object; so they are played to a stream of ours that reads this one in the session. Where they
 * would throw or reject, the platform does it.
 */
export function webStreamPlan(target: Methods, binding: Binding): Replacements {
  const known = platform('ReadableStream')
  // A polyfill's stream has other insides, and an override does what it wants.
  if (known === undefined || !(target instanceof known)) return []
  const isOurs = ([name]: Replacements[number]) => target[name] === (known.prototype as Methods)[name]
  // Looked up when it is piped: somebody may watch what is read, and came later.
  const read: Method = function (...args) {
    return ((this as Methods)['getReader'] as Method).apply(this, args)
  }
  const plan: Replacements = [
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

/** What is used of a web stream; the types of the platform are not ours to ask for. */
export interface ReadableLike {
  readonly locked: boolean
  pipeTo(writable: object, options: object): Promise<void>
}

interface Reader {
  readonly closed: Promise<unknown>
  read(): Promise<{ done: boolean; value: unknown }>
  cancel(reason: unknown): Promise<void>
  releaseLock(): void
}

interface Controller {
  readonly byobRequest?: { respond(bytes: number): void } | null
  close(): void
  enqueue(chunk: unknown): void
  error(reason: unknown): void
}

/**
 * A stream that reads another one in the session, and locks it. It asks for nothing before it is asked, hands on
 * the very chunks and errors, and what happens on its other side happens in the context of the consumer.
 */
export function viewStream(
  source: ReadableLike,
  getReader: Method,
  binding: Binding,
  outside: Context,
): { stream: ReadableLike; release: () => void } {
  const bytes = isByteStream(source, getReader)
  const reader = getReader.call(source) as Reader
  let reading = false
  let ended = false

  const close = (controller: Controller) => {
    if (ended) return
    ended = true
    context.with(outside, () => {
      controller.close()
      // A byte stream that was asked to fill a buffer has to give it back.
      controller.byobRequest?.respond(0)
    })
  }
  const underlying = {
    ...(bytes ? { type: 'bytes' } : {}),
    start(controller: Controller) {
      // A consumer that does not read, because it is full, hears of the end and of errors all the same.
      reader.closed.then(
        () => {
          // The source closes before it hands out its last chunk; the next read tells that it has ended.
          if (!reading) close(controller)
        },
        (error) => context.with(outside, () => controller.error(error)),
      )
    },
    async pull(controller: Controller) {
      reading = true
      const { done, value } = await context.with(binding.inside, () => reader.read())
      reading = false
      if (done) return close(controller)
      if (!ended) context.with(outside, () => controller.enqueue(value))
    },
    cancel(reason: unknown) {
      ended = true
      return context.with(binding.inside, () => reader.cancel(reason))
    },
  }
  const ReadableStream = platform('ReadableStream') as new (...args: unknown[]) => object
  const stream = new ReadableStream(underlying, { highWaterMark: 0 }) as ReadableLike
  return { stream, release: () => reader.releaseLock() }
}

/** Asked without reading: only a byte stream has readers that bring a buffer of their own. */
function isByteStream(source: ReadableLike, getReader: Method): boolean {
  try {
    const reader = getReader.call(source, { mode: 'byob' }) as Reader
    reader.releaseLock()
    return true
  } catch {
    return false
  }
}
