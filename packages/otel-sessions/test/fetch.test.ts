// The helper for handlers of the form `(request) => Response`, with Responses of Node.
import { trace } from '@opentelemetry/api'
import { getSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/fetch'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { deferred, sessionOf } from './support.ts'

let tracing: ReturnType<typeof startTracing>
beforeEach(() => {
  collectWarnings()
  tracing = startTracing()
})
afterEach(() => {
  vi.unstubAllGlobals()
  stopTracing()
})

const span = (name: string) => tracing.tracer.startSpan(name).end()
const userOf = (request: Request) => new URL(request.url).pathname.slice(1)
const requestOf = (user: string) => new Request(`http://localhost/${user}`)

/** Two words, each made with a span when it is pulled. */
function words(name: string, type?: 'bytes') {
  let count = 0
  const pull = async (controller: { enqueue(chunk: Uint8Array<ArrayBuffer>): void; close(): void }) => {
    await new Promise((resolve) => setImmediate(resolve))
    if (++count > 2) return controller.close()
    span(`${name} ${count}`)
    controller.enqueue(new TextEncoder().encode(`${name} `))
  }
  return type === undefined
    ? new ReadableStream({ pull }, { highWaterMark: 0 })
    : new ReadableStream({ pull, type })
}

const inSession = sessions({ session: async (request) => sessionOf(userOf(request)) })

describe('two users at the same time', () => {
  it('have their session and user on the server span, in the handler and in the body', async () => {
    const both = deferred()
    let waiting = 2
    const handle = inSession(async (request) => {
      const user = userOf(request)
      if (--waiting === 0) both.resolve()
      await both.promise
      span(`handler ${user}`)
      return new Response(words(user))
    })
    const answers = await Promise.all(
      ['user_a', 'user_b'].map((user) =>
        tracing.tracer.startActiveSpan(`server ${user}`, async (server) => {
          const response = await handle(requestOf(user))
          server.end()
          return response
        }),
      ),
    )
    expect(await Promise.all(answers.map((one) => one.text()))).toEqual(['user_a user_a ', 'user_b user_b '])
    for (const user of ['user_a', 'user_b']) {
      const expected = { 'session.id': `${user}_conv`, 'user.id': user }
      for (const name of [`server ${user}`, `handler ${user}`, `${user} 1`, `${user} 2`]) {
        expect(tracing.exportedSpans()[name]).toMatchObject(expected)
      }
    }
  })
})

describe('a handler', () => {
  it('is called once with its own `this` and all arguments, and so is the function that names the session', async () => {
    const session = vi.fn((_request: Request, env: { user: string }, _ctx: object) => sessionOf(env.user))
    const fetch = vi.fn(function (this: unknown, ..._args: unknown[]) {
      return new Response(String(this === worker && getSession()?.sessionId))
    })
    const worker = {
      fetch: sessions({ session })(fetch as (request: Request) => Response) as never as typeof fetch,
    }
    const args = [requestOf('user_a'), { user: 'user_b' }, { waitUntil() {} }]
    expect(await worker.fetch(...args).text()).toBe('user_b_conv')
    expect(session.mock.calls).toEqual([args])
    expect(fetch.mock.calls).toEqual([args])
  })

  it('that throws or rejects does so unchanged', async () => {
    const error = new Error('of the application')
    const failing = sessions({ session: () => 'user_a_conv' })
    expect(() =>
      failing((): Response => {
        throw error
      })(requestOf('user_a')),
    ).toThrow(error)
    await expect(failing(async () => Promise.reject(error))(requestOf('user_a'))).rejects.toBe(error)
  })

  it('without a session gets none that is around', async () => {
    const outer = inSession(async () => {
      const inner = sessions({ session: () => Promise.reject(new Error('secret')) })(async () =>
        Response.json(getSession() ?? null),
      )
      return inner(requestOf('user_b'))
    })
    expect(await (await outer(requestOf('user_a'))).json()).toBeNull()
  })

  it('keeps its type, or may return a promise where it did not', () => {
    const handle = async (_request: Request, _env: { key: string }) => new Response()
    expectTypeOf(inSession(handle)).toEqualTypeOf<typeof handle>()
    const plain = inSession((_request: Request) => new Response())
    expectTypeOf(plain).returns.toEqualTypeOf<Response | Promise<Response>>()
    inSession(async (request) => expectTypeOf(request).toEqualTypeOf<Request>() && new Response())
    // @ts-expect-error: a handler is called with a Request
    inSession((_request: { notOfARequest: string }) => new Response())
  })

  it('that is no function, or an option that is wrong, is named', () => {
    expect(() => inSession('handler' as never)).toThrow(
      'otel-sessions/fetch: sessions(options)(handler): handler must be a function, it is a string of 7 characters',
    )
    expect(() => sessions({ session: 'user_a_conv' as never })).toThrow(
      'otel-sessions/fetch: sessions: option session must be a function, it is a string of 11 characters',
    )
    expect(() => sessions(undefined as never)).toThrow('otel-sessions/fetch: sessions')
  })
})

describe('where the server reads the body past its methods', () => {
  /** As Deno and workerd read a body: by what the platform has inside, not by the methods of the object. */
  const readPast = async (response: Response) => {
    const { getReader } = ReadableStream.prototype
    const reader = getReader.call(response.body) as ReadableStreamDefaultReader<Uint8Array>
    const { read } = ReadableStreamDefaultReader.prototype
    let text = ''
    for (let one = await read.call(reader); !one.done; one = await read.call(reader)) {
      text += new TextDecoder().decode(one.value)
    }
    return text
  }

  it.each(['Deno', 'EdgeRuntime', 'workerd'])('the body runs in the session: %s', async (runtime) => {
    if (runtime === 'workerd') vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    else vi.stubGlobal(runtime, {})
    const headers = { 'x-word': 'yes' }
    const made = new Response(words('word'), { status: 201, headers })
    const response = await inSession(async () => made)(requestOf('user_a'))
    expect([response.status, response.headers.get('x-word')]).toEqual([201, 'yes'])
    expect(await readPast(response)).toBe('word word ')
    expect(tracing.sessions()).toEqual({ 'word 1': 'user_a_conv', 'word 2': 'user_a_conv' })
  })

  it('what is cancelled is cancelled at its source, and errors pass', async () => {
    vi.stubGlobal('Deno', {})
    const cancelled = deferred<unknown>()
    const open = new ReadableStream({ cancel: (reason) => cancelled.resolve(reason) })
    const response = await inSession(async () => new Response(open))(requestOf('user_a'))
    await response.body?.cancel('gone')
    expect(await cancelled.promise).toBe('gone')
    const error = new Error('of the application')
    const failing = new ReadableStream({ pull: () => Promise.reject(error) }, { highWaterMark: 0 })
    const failed = await inSession(async () => new Response(failing))(requestOf('user_a'))
    await expect(failed.text()).rejects.toBe(error)
  })

  it('a body that is complete at once stays complete, so that its length is known', async () => {
    vi.stubGlobal('Deno', {})
    const complete = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('hello'))
        controller.close()
      },
    })
    const response = await inSession(async () => new Response(complete))(requestOf('user_a'))
    // Node makes a stream of bytes from what is complete, as from a string.
    expect(() => response.body?.getReader({ mode: 'byob' }).releaseLock()).not.toThrow()
    expect(await response.text()).toBe('hello')
  })

  it('the same Response comes back if its body is the platform’s, was read, or is none', async () => {
    vi.stubGlobal('Deno', {})
    const read = new Response(words('word'))
    await read.text()
    const begun = new Response(words('word'))
    const reader = begun.body?.getReader()
    await reader?.read()
    reader?.releaseLock()
    const locked = new Response(words('word'))
    locked.body?.getReader()
    const bytes = new Response(words('word', 'bytes'))
    const others = [new Response('hello'), new Response(null, { status: 204 }), read, begun, locked, bytes]
    for (const made of others) expect(await inSession(async () => made)(requestOf('user_a'))).toBe(made)
    const noResponse = { body: new ReadableStream() } as never
    expect(await inSession(async () => noResponse)(requestOf('user_a'))).toBe(noResponse)
  })

  it('nothing looks at the body on Bun, which would lose the content type', async () => {
    vi.stubGlobal('Bun', {})
    const response = new Response('hello')
    const looked = vi.fn()
    Object.defineProperty(response, 'body', { get: looked })
    const plain = sessions({ session: () => 'user_a_conv' })
    expect(await inSession(async () => response)(requestOf('user_a'))).toBe(response)
    expect(plain(() => response)(requestOf('user_a') as never)).toBe(response)
    expect(looked).not.toHaveBeenCalled()
  })
})

it('a request without a session that is stated has no scope', async () => {
  const handle = sessions({ session: () => undefined })(() => Response.json(getSession() ?? null))
  expect(await (await handle(requestOf('user_a'))).json()).toBeNull()
  expect(trace.getActiveSpan()).toBeUndefined()
})
