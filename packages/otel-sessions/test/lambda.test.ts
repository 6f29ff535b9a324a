// The helper for AWS Lambda, without its runtime; test/web runs it under the instrumentation.
import { PassThrough } from 'node:stream'
import { getSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { sessionOf } from './support.ts'

let tracing: ReturnType<typeof startTracing>
beforeEach(() => {
  collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

interface Event {
  readonly user: string
}
type Callback = (error: unknown, result?: unknown) => void

const late = sessions({ session: async (event: Event) => sessionOf(event.user) })
const atOnce = sessions({ session: (event: Event) => sessionOf(event.user) })
const current = () => getSession()?.sessionId
const event = { user: 'user_a' }
const context = { awsRequestId: '1' }

describe('a handler that returns a promise', () => {
  it.each([
    ['late', late],
    ['at once', atOnce],
  ])('runs in the session of its event, and so do its span and a stream: %s', async (_, wrap) => {
    const handler = wrap(async (own: Event, ..._rest: unknown[]) => `${own.user} ${current()}`)
    const result = await tracing.tracer.startActiveSpan('invocation', async (span) => {
      const answer = await handler(event, context, () => {})
      span.end()
      return answer
    })
    expect(result).toBe('user_a user_a_conv')
    expect(tracing.exportedSpans()['invocation']).toMatchObject({
      'session.id': 'user_a_conv',
      'user.id': 'user_a',
    })
  })

  it('is passed what Lambda passes, and its number of parameters is kept', async () => {
    const inner = vi.fn(async (..._args: unknown[]) => current())
    const callback = () => {}
    expect(await (late(inner) as typeof inner)(event, context, callback)).toBe('user_a_conv')
    expect(inner.mock.calls).toEqual([[event, context, callback]])
    expect(late(async (_event: Event, _context: object) => {})).toHaveLength(2)
    expect(late((_event: Event, _context: object, _callback: Callback) => {})).toHaveLength(3)
  })
})

it('a handler may have the type of @types/aws-lambda, which says that it returns nothing or a promise', async () => {
  // biome-ignore lint/suspicious/noConfusingVoidType: as it is there.
  type Handler = (event: Event, context: object, callback: Callback) => void | Promise<{ body: string }>
  const inner: Handler = async ({ user }) => ({ body: `${user} ${current()}` })
  for (const wrap of [late, atOnce]) {
    const handler: Handler = wrap(inner)
    expect(await handler(event, context, () => {})).toEqual({ body: 'user_a user_a_conv' })
  }
})

describe('a handler that answers by a callback', () => {
  /** What Lambda gets: what is returned, and then what the callback is called with. */
  const invoke = async (handler: (event: Event, context: object, callback: Callback) => unknown) => {
    const called: unknown[][] = []
    let returned: unknown
    await new Promise<void>((resolve) => {
      returned = handler(event, context, (...args) => {
        called.push(args)
        resolve()
      })
    })
    return { returned, called }
  }

  it.each([
    ['late', late],
    ['at once', atOnce],
  ])('answers once, and returns no promise before: %s', async (_, wrap) => {
    const handler = wrap((_event: Event, _context: object, callback: Callback) => {
      setImmediate(() => callback(null, current()))
    })
    expect(await invoke(handler)).toEqual({ returned: undefined, called: [[null, 'user_a_conv']] })
  })

  it('fails by the callback, if its session is known late', async () => {
    const error = new Error('of the application')
    const failing = late((_event: Event, _context: object, _callback: Callback) => {
      throw error
    })
    expect(await invoke(failing)).toEqual({ returned: undefined, called: [[error]] })
  })

  it('may return a promise nevertheless', async () => {
    const error = new Error('of the application')
    const both = async (_event: Event, _context: object, _callback: Callback) => current()
    const failing = async (_event: Event, _context: object, _callback: Callback) => Promise.reject(error)
    expect(await invoke(late(both))).toEqual({ returned: undefined, called: [[null, 'user_a_conv']] })
    expect(await invoke(late(failing))).toEqual({ returned: undefined, called: [[error]] })
    expect(await atOnce(both)(event, context, () => {})).toBe('user_a_conv')
  })
})

describe('a handler that streams its answer', () => {
  const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
  const streamify = <T extends object>(handler: T): T => Object.assign(handler, { [STREAMING]: 'response' })

  it('runs in the session, with the listeners of the stream, wrapped outside or inside', async () => {
    let onDrain: string | undefined
    const inner = async (_event: Event, stream: PassThrough, _context: object) => {
      stream.on('drain', () => (onDrain = current()))
      stream.write(current())
      stream.end()
    }
    for (const handler of [streamify(late(inner)), late(streamify(inner))]) {
      expect([Reflect.get(handler, STREAMING), handler.length]).toEqual(['response', 3])
      const stream = new PassThrough()
      const finished = new Promise((resolve) => stream.on('finish', () => resolve(current())))
      expect(await handler(event, stream, context)).toBeUndefined()
      expect(String(stream.read())).toBe('user_a_conv')
      expect(await finished).toBe('user_a_conv')
      // As Lambda does, outside the handler.
      onDrain = undefined
      stream.emit('drain')
      expect(onDrain).toBe('user_a_conv')
    }
  })
})

it('a handler that is no function, or an option that is wrong, is named', () => {
  expect(() => late(undefined as never)).toThrow(
    'otel-sessions/lambda: sessions(options)(handler): handler must be a function, it is undefined',
  )
  expect(() => sessions({ sesion: () => null } as never)).toThrow(
    /^otel-sessions\/lambda: sessions: .*sesion/,
  )
})
