import { context } from '@opentelemetry/api'
import type { Method, Methods, Replacements } from './replace-methods.ts'
import { isInstance, platformClass } from './stream-shapes.ts'

/**
 * The replacements for `pipeTo`, `pipeThrough` and `tee` of a web stream. The platform's own pull past all methods of
 * the object, so they are called on a relay: a stream that reads this one by its `getReader`, which is bound. What they
 * would refuse is left to them.
 */
export function relayReplacements(target: Methods): Replacements {
  const source = target as unknown as Readable
  const pipe = (writable: unknown, options: unknown) => {
    const { relay, release } = relayOf(source)
    // The lock is released before the end of the pipe can be seen.
    return relay.pipeTo(writable, options).finally(release)
  }
  const instead =
    (use: (args: unknown[], native: Method) => unknown) =>
    (native: Method): Method =>
      function (...args) {
        return (this === target && !source.locked && use(args, native)) || native.apply(this, args)
      }
  const replacements: Replacements = [
    ['pipeTo', instead(([writable, options]) => pipe(writable, options))],
    [
      'pipeThrough',
      instead(([pair, options]) => {
        const { readable, writable } = Object(pair) as Methods
        if (!isInstance('ReadableStream', readable) || !canPipeTo(writable, options)) return undefined
        // As with the platform's own: the reader of the other end gets the error.
        pipe(writable, options).catch(() => {})
        return readable
      }),
    ],
    ['tee', instead((args, native) => native.apply(relayOf(source).relay, args))],
  ]
  // Not for a polyfill, which works differently inside, nor for methods that someone else replaced.
  const platform = platformClass('ReadableStream')?.prototype as Methods | undefined
  return replacements.filter(([name]) => target[name] === platform?.[name])
}

function canPipeTo(writable: unknown, options: unknown): boolean {
  const { signal } = Object(options) as Methods
  return (
    isInstance('WritableStream', writable) &&
    !(writable as Readable).locked &&
    (signal === undefined || isInstance('AbortSignal', signal))
  )
}

// What is used of web streams. Declarations must not need the platform's types.
interface Readable {
  readonly locked: boolean
  getReader(options?: { mode: 'byob' }): Reader
  pipeTo(writable: unknown, options: unknown): Promise<void>
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
 * Makes a stream that reads another one, and locks it. It reads nothing before it is asked to, and passes on the same
 * chunks and errors, in the context of its consumer.
 */
function relayOf(source: Readable): { relay: Readable; release: () => void } {
  const outside = context.active()
  let type: 'bytes' | undefined
  try {
    // No other stream has readers with a buffer of their own.
    source.getReader({ mode: 'byob' }).releaseLock()
    type = 'bytes'
  } catch {}
  const reader = source.getReader()
  let reading = false
  // A controller throws if its stream has ended already, and then ignores the error.
  const close = (controller: Controller) => {
    controller.close()
    // A byte stream must return the buffer that it was asked to fill.
    controller.byobRequest?.respond(0)
  }
  const underlying = {
    type,
    start(controller: Controller) {
      // The end and errors also reach a consumer that does not read because it is full. But the source closes before
      // it returns its last chunk; the next read notices the end.
      const end = () => reading || close(controller)
      reader.closed.then(end).catch((error) => controller.error(error))
    },
    pull: (controller: Controller) =>
      context.with(outside, async () => {
        reading = true
        const { done, value } = await reader.read()
        reading = false
        if (done) close(controller)
        else controller.enqueue(value)
      }),
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  const ReadableStream = platformClass('ReadableStream') as new (...args: unknown[]) => object
  const relay = new ReadableStream(underlying, { highWaterMark: 0 }) as Readable
  return { relay, release: () => reader.releaseLock() }
}
