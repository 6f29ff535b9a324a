import { type Context, context } from '@opentelemetry/api'
import { platform } from './bind-body.ts'
import type { Binding } from './bind-in-place.ts'
import type { Method } from './replace-methods.ts'

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
