// The body of a Response is read after its handler has returned. `usingSession` binds it in place, by its methods: enough on
// Node, whose servers call them. Other runtimes read a body past all methods.

import { isThenable } from './entry.ts'

/** What is used of a Response and its body. Declarations must not need the platform's types. */
interface Response {
  readonly body: Body | null
  readonly bodyUsed: boolean
}

interface Body {
  readonly locked: boolean
  getReader(options?: { readonly mode: 'byob' }): Reader
}

interface Reader {
  readonly closed: Promise<unknown>
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(reason: unknown): Promise<void>
  releaseLock(): void
}

interface Controller {
  close(): void
  enqueue(chunk: unknown): void
}

type Construct = new (...args: unknown[]) => object

const runtime = globalThis as unknown as {
  readonly navigator?: { readonly userAgent?: string }
  readonly Response: Construct
  readonly ReadableStream: Construct
}

/**
 * Calls what enters a session with a function that returns a Response, and makes the body run in the session, whoever
 * reads it.
 *
 * - On Node, `usingSession` does so.
 * - Bun pulls streams in the context in which they were made. To look at the body would change the content type.
 * - Deno, Cloudflare's workerd and Vercel's edge runtime get a Response whose body reads the bound one.
 */
export function enterForResponse<T>(
  enter: (fn: () => unknown) => unknown,
  fn: () => T,
): T | Promise<Awaited<T>> {
  if ('Bun' in globalThis) return unbox(enter(() => box(fn()))) as T
  const result = enter(fn)
  if (!readsPastMethods()) return result as T
  return (isThenable(result) ? result.then(relayBody) : relayBody(result)) as T
}

const readsPastMethods = (): boolean =>
  'Deno' in globalThis || 'EdgeRuntime' in globalThis || runtime.navigator?.userAgent === 'Cloudflare-Workers'

interface Box {
  readonly boxed: unknown
}

/** Hides a Response from `usingSession`. */
const box = (value: unknown): Box | PromiseLike<Box> =>
  isThenable(value) ? value.then((boxed) => ({ boxed })) : { boxed: value }

const unbox = (value: unknown): unknown =>
  isThenable(value) ? value.then((one) => (one as Box).boxed) : (value as Box).boxed

/**
 * Returns a Response whose body reads the one of `result`, by its methods. What is no Response, or has a body of the
 * platform's own, such as a file or the answer of another server, comes back as it is.
 */
function relayBody(result: unknown): unknown {
  if (!(result instanceof runtime.Response)) return result
  const { body, bodyUsed } = result as unknown as Response
  if (!body || bodyUsed || body.locked || typeof body.getReader !== 'function' || isBytes(body)) return result
  return relay(result as unknown as Response, body.getReader())
}

/** The platforms make streams of bytes. One of the application's own kind is the exception. */
function isBytes(body: Body): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

async function relay(response: Response, reader: Reader): Promise<object> {
  const first = reader.read()
  const whole = await readWhole(first, reader.closed)
  if (whole !== undefined) return new runtime.Response(whole.value, response)
  let next: typeof first | undefined = first
  const source = {
    async pull(controller: Controller) {
      const { done, value } = await (next ?? reader.read())
      next = undefined
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  return new runtime.Response(new runtime.ReadableStream(source, { highWaterMark: 0 }), response)
}

/**
 * Deno makes a stream of a string as well, which is complete at once. Its answer keeps its `content-length`, which a
 * stream has not.
 */
async function readWhole(
  first: ReturnType<Reader['read']>,
  closed: Promise<unknown>,
): Promise<{ readonly value: unknown } | undefined> {
  let chunk: Awaited<typeof first> | undefined
  let isClosed = false
  first.then(
    (read) => (chunk = read),
    () => {},
  )
  closed.then(
    () => (isClosed = true),
    () => {},
  )
  // Enough turns for promises that are settled, also behind a wrapper. No timer: others would run before.
  for (let turn = 0; turn < 8; turn++) await undefined
  return chunk !== undefined && isClosed ? { value: chunk.value } : undefined
}
