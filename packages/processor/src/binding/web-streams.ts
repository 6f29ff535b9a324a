import { type Context, context } from '@opentelemetry/api'
import { type Binding, runIn } from './binding.ts'
import type { Method, Methods, Replacements } from './replace-methods.ts'
import { isInstance, platformClass } from './stream-shapes.ts'

/**
 * The replacements for `pipeTo`, `pipeThrough` and `tee` of a web stream. The platform's own pull past all methods of
 * the object, so they get a relay instead: a stream that reads this one in the session. Where they would throw or
 * reject, the platform's own are called.
 */
export function webStreamReplacements(target: Methods, binding: Binding): Replacements {
  const known = platformClass('ReadableStream')
  // Not for a polyfill, which works differently inside, nor for methods that someone else replaced.
  if (known === undefined || !(target instanceof known)) return []
  const isNative = ([name]: Replacements[number]) => target[name] === (known.prototype as Methods)[name]
  // Looked up when the stream is piped: another library may replace it later, to watch what is read.
  const getReader: Method = function (...args) {
    return ((this as Methods)['getReader'] as Method).apply(this, args)
  }
  const replacements: Replacements = [
    ['pipeTo', (native) => pipeToBound(native, getReader, binding)],
    ['pipeThrough', (native) => pipeThroughBound(native, getReader, binding)],
    ['tee', (native) => teeBound(native, getReader, binding)],
  ]
  return replacements.filter(isNative)
}

function pipeToBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    return pipe(this as ReadableLike, args[0], args[1], getReader, binding) ?? native.apply(this, args)
  }
}

function pipeThroughBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    const { readable, writable } = (args[0] ?? {}) as Methods
    if (!isInstance('ReadableStream', readable)) return native.apply(this, args)
    const piped = pipe(this as ReadableLike, writable, args[1], getReader, binding)
    if (piped === undefined) return native.apply(this, args)
    // As with the platform's own: the reader of the other end gets the error.
    piped.catch(() => {})
    return readable
  }
}

function teeBound(native: Method, getReader: Method, binding: Binding): Method {
  return function (...args) {
    if (!isInstance('ReadableStream', this) || (this as ReadableLike).locked) return native.apply(this, args)
    return native.call(relay(this as ReadableLike, getReader, binding, context.active()).stream)
  }
}

/** Pipes in the session; undefined where the platform would throw, so that its own error is thrown. */
function pipe(
  source: ReadableLike,
  writable: unknown,
  options: unknown,
  getReader: Method,
  binding: Binding,
): Promise<void> | undefined {
  if (!isInstance('ReadableStream', source) || source.locked) return undefined
  if (!isInstance('WritableStream', writable) || (writable as { locked: boolean }).locked) return undefined
  const checked = readOptions(options)
  if (checked === undefined) return undefined
  const { stream, release } = relay(source, getReader, binding, context.active())
  // The lock is released before the end of the pipe can be seen.
  return stream.pipeTo(writable as object, checked).then(release, (error) => {
    release()
    throw error
  })
}

function readOptions(options: unknown): object | undefined {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object' && typeof options !== 'function') return undefined
  const { preventAbort, preventCancel, preventClose, signal } = options as Methods
  if (signal !== undefined && !isInstance('AbortSignal', signal)) return undefined
  return { preventAbort, preventCancel, preventClose, ...(signal === undefined ? {} : { signal }) }
}

// What is used of web streams. Declarations must not need the platform's types.
interface ReadableLike {
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
 * Makes a stream that reads another one in the session, and locks it. It reads nothing before it is asked to, and
 * passes on the same chunks and errors. What its consumer causes happens in the consumer's context.
 */
function relay(
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
      // A byte stream must return the buffer that it was asked to fill.
      controller.byobRequest?.respond(0)
    })
  }
  const underlying = {
    ...(bytes ? { type: 'bytes' } : {}),
    start(controller: Controller) {
      // The end and errors also reach a consumer that does not read because it is full.
      reader.closed.then(
        () => {
          // The source closes before it returns its last chunk; the next read notices the end.
          if (!reading) close(controller)
        },
        (error) => context.with(outside, () => controller.error(error)),
      )
    },
    async pull(controller: Controller) {
      reading = true
      const { done, value } = await runIn(binding.inside, () => reader.read())
      reading = false
      if (done) return close(controller)
      if (!ended) context.with(outside, () => controller.enqueue(value))
    },
    cancel(reason: unknown) {
      ended = true
      return runIn(binding.inside, () => reader.cancel(reason))
    },
  }
  const ReadableStream = platformClass('ReadableStream') as new (...args: unknown[]) => object
  const stream = new ReadableStream(underlying, { highWaterMark: 0 }) as ReadableLike
  return { stream, release: () => reader.releaseLock() }
}

/** Whether a stream is a byte stream, found out without reading: no other has readers with a buffer of their own. */
function isByteStream(source: ReadableLike, getReader: Method): boolean {
  try {
    const reader = getReader.call(source, { mode: 'byob' }) as Reader
    reader.releaseLock()
    return true
  } catch {
    return false
  }
}
