// The helpers for Fastify, Koa and Nest, by what these call and read. `test:field` runs them in the real frameworks.
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { getSession, usingSession } from 'otel-sessions'
import { sessions as fastify } from 'otel-sessions/fastify'
import { sessions as koa } from 'otel-sessions/koa'
import { sessions as nest } from 'otel-sessions/nest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { problems } from '../src/problems.ts'
import { deferred, sessionOf } from './support.ts'

let tracing: ReturnType<typeof startTracing>
beforeEach(() => {
  tracing = startTracing()
})
afterEach(stopTracing)

const sessionId = () => getSession()?.sessionId

describe.each([
  ['fastify', fastify],
  ['koa', koa],
  ['nest', nest],
] as [string, (options: never) => unknown][])('the helper for %s', (name, sessions) => {
  it('names a wrong option, and itself', () => {
    expect(() => sessions({ session: 'user_a_conv' } as never)).toThrow(
      `otel-sessions/${name}: sessions: option session must be a function, it is a string of 11 characters`,
    )
  })
})

describe('the helper for Fastify', () => {
  const request = () => ({ raw: new EventEmitter() })

  it('runs what done continues in the session, and returns no promise, which would continue a second time', async () => {
    for (const session of [() => 'user_a_conv', async () => 'user_a_conv']) {
      const done = deferred<string | undefined>()
      const result: unknown = fastify({ session })(request(), { raw: new EventEmitter() }, () =>
        done.resolve(sessionId()),
      )
      expect(result).toBeUndefined()
      expect(await done.promise).toBe('user_a_conv')
    }
  })

  it('is a plugin whose hook reaches the routes of the application that registers it', () => {
    const plugin = fastify({ session: () => 'user_a_conv' })
    const hooks: [string, unknown][] = []
    let isDone = false
    plugin({ addHook: (...hook: [string, unknown]) => hooks.push(hook) }, {}, () => {
      isDone = true
    })
    expect(isDone).toBe(true)
    expect(hooks).toEqual([['preHandler', plugin]])
    expect(plugin).toMatchObject({ [Symbol.for('skip-override')]: true })
  })

  it('sets the session of the span that @fastify/otel keeps, and of none if a decorator of that name throws', () => {
    const enter = fastify<object>({ session: () => 'user_a_conv' })
    const kept = tracing.tracer.startSpan('request')
    enter({ ...request(), opentelemetry: () => ({ span: kept }) }, {}, () => {})
    kept.end()
    expect(tracing.sessions()).toEqual({ request: 'user_a_conv' })
    const fail = () => {
      throw new Error('not registered')
    }
    let seen: string | undefined
    enter({ ...request(), opentelemetry: fail }, {}, () => {
      seen = sessionId()
    })
    expect(seen).toBe('user_a_conv')
    enter({ ...request(), opentelemetry: () => ({ span: null }) }, {}, () => {})
  })

  it('runs listeners of the raw request and reply in the session', () => {
    const parts = [request(), request()] as const
    const seen: unknown[] = []
    for (const { raw } of parts) raw.on('close', () => seen.push(sessionId()))
    fastify({ session: () => 'user_a_conv' })(...parts, () => {})
    for (const { raw } of parts) raw.emit('close')
    expect(seen).toEqual(['user_a_conv', 'user_a_conv'])
  })
})

describe('the helper for Koa', () => {
  const words = async function* () {
    yield sessionId() ?? 'none'
  }
  const encoded = async function* () {
    for await (const word of words()) yield new TextEncoder().encode(word)
  }
  const bodies: [string, () => unknown, (body: never) => Promise<string>][] = [
    ['a Node stream', () => Readable.from(words()), (body: Readable) => body.toArray().then(String)],
    [
      'a web stream',
      () => ReadableStream.from(words()),
      (body: ReadableStream) =>
        body
          .getReader()
          .read()
          .then(({ value }) => String(value)),
    ],
    [
      'a Response',
      () => new Response(ReadableStream.from(encoded()) as never),
      (body: Response) => body.text(),
    ],
  ]

  it.each(bodies)('produces a body in the session that is %s, and read outside', async (_, make, read) => {
    const ctx = { body: undefined as unknown }
    await koa({ session: () => 'user_a_conv' })(ctx, async () => {
      ctx.body = make()
    })
    expect(sessionId()).toBeUndefined()
    expect(await read(ctx.body as never)).toBe('user_a_conv')
  })

  it.each(bodies)('produces it in the session of the innermost helper: %s', async (_, make, read) => {
    const inner = [() => 'user_a_conv', async () => 'user_a_conv', () => null, () => undefined]
    for (const [outside, wanted] of [
      ['lobby', ['user_a_conv', 'user_a_conv', 'none', 'lobby']],
      [null, ['user_a_conv', 'user_a_conv', 'none', 'none']],
    ] as const) {
      const ctx = { body: undefined as unknown }
      const found: string[] = []
      for (const session of inner) {
        await koa({ session: () => outside })(ctx, () =>
          koa({ session })(ctx, async () => {
            ctx.body = make()
          }),
        )
        found.push(await read(ctx.body as never))
      }
      expect(found).toEqual(wanted)
    }
  })

  it('produces a body in the session of the outer helper that replaces the one of the inner', async () => {
    const ctx = { body: undefined as unknown }
    await koa({ session: () => 'lobby' })(ctx, async () => {
      await koa({ session: () => 'user_a_conv' })(ctx, async () => {
        ctx.body = Readable.from(words())
      })
      ctx.body = Readable.from(words())
    })
    expect(String(await (ctx.body as Readable).toArray())).toBe('lobby')
  })

  it.each([['text'], [{ answer: 42 }], [null], [undefined], [Buffer.from('x')], [new Blob(['x'])]])(
    'leaves any other body alone: %o',
    async (body) => {
      const before = problems.counts()
      const ctx = { body: undefined as unknown }
      await koa({ session: async () => 'user_a_conv' })(ctx, async () => {
        ctx.body = body
      })
      expect(ctx.body).toBe(body)
      expect(problems.counts()).toEqual(before)
    },
  )

  it('rejects with the error of what is behind it', async () => {
    const error = new Error('the model is overloaded')
    for (const session of [() => 'user_a_conv', async () => 'user_a_conv']) {
      await expect(koa({ session })({}, () => Promise.reject(error))).rejects.toBe(error)
    }
  })
})

describe('the helper for Nest', () => {
  /** What Nest passes for a request of a kind. */
  const executionContext = (kind: string, ...args: unknown[]) => ({
    getType: () => kind,
    getArgs: () => args,
  })
  /** An Observable as RxJS has it. */
  const lazily = <T>(value: () => T) => ({
    subscribe: (next: (value: T) => void) => next(value()),
    pipe: () => {},
  })

  it('runs the source of an Observable in the session, which Nest subscribes to later', async () => {
    for (const session of [() => 'user_a_conv', async () => 'user_a_conv']) {
      const handled = await nest({ session }).intercept(executionContext('http', {}, {}), {
        handle: () => lazily(sessionId),
      })
      const seen: unknown[] = []
      context.with(context.active(), () => handled.subscribe((value) => seen.push(value)))
      expect(seen).toEqual(['user_a_conv'])
    }
  })

  it('answers with the Observable itself where the session is known at once', () => {
    const observable = lazily(() => 1)
    const handled = nest({ session: () => 'user_a_conv' }).intercept(executionContext('http', {}, {}), {
      handle: () => observable,
    })
    expect(handled).toBe(observable)
  })

  it("runs listeners of Express's and of Fastify's response in the session, and binds nothing of other kinds", () => {
    const seen: unknown[] = []
    const emitter = () => new EventEmitter().on('close', () => seen.push(sessionId()))
    const [ofExpress, raw, client] = [emitter(), emitter(), emitter()]
    const enter = nest({ session: () => 'user_a_conv' })
    const handle = () => {}
    enter.intercept(executionContext('http', {}, ofExpress), { handle })
    enter.intercept(executionContext('http', {}, { raw }), { handle })
    enter.intercept(executionContext('ws', client), { handle })
    enter.intercept(executionContext('graphql', undefined, {}), { handle })
    // As the unit test of an application may have it.
    enter.intercept(executionContext('http', undefined, undefined), { handle })
    for (const one of [ofExpress, raw, client]) one.emit('close')
    expect(seen).toEqual(['user_a_conv', 'user_a_conv', undefined])
  })

  it('runs such a source in its own session, if another request subscribes to it', () => {
    const [a, b] = ['user_a', 'user_b'].map((user) => {
      const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
      const request = Object.assign(new EventEmitter(), { user })
      return context.bind(trace.setSpan(context.active(), server), request)
    })
    const enter = nest({
      session: (execution: ReturnType<typeof executionContext>) => {
        const { user } = execution.getArgs()[0] as { user: string }
        return user === 'user_a' ? sessionOf(user) : `${user}_conv`
      },
    })
    const seen: unknown[] = []
    let subscribeToB: () => void = () => {}
    const ofA = enter.intercept(executionContext('http', a, {}), {
      handle: () =>
        lazily(() => {
          seen.push(sessionId())
          // The login of B waits for a connection that A's handler returns.
          subscribeToB()
          return sessionId()
        }),
    })
    subscribeToB = () => {
      const ofB = enter.intercept(executionContext('http', b, {}), {
        handle: () => lazily(() => [sessionId(), getSession()?.userId]),
      })
      Object(ofB).subscribe((value: unknown) => seen.push(value))
    }
    Object(ofA).subscribe((value: unknown) => seen.push(value))
    expect(seen).toEqual(['user_a_conv', ['user_b_conv', undefined], 'user_a_conv'])
  })

  it.each(['ws', 'rpc'])('begins outside of any scope where it handles a message: %s', async (kind) => {
    for (const answer of [{ userId: 'user_b' }, undefined]) {
      await usingSession({ ...sessionOf('user_a'), tags: ['vip'] }, () =>
        tracing.tracer.startActiveSpan('message', { kind: SpanKind.CONSUMER }, async (message) => {
          const session = () => answer
          const handle = () => tracing.tracer.startSpan('handler').end()
          await nest({ session }).intercept(executionContext(kind, {}), { handle })
          message.end()
        }),
      )
      const expected = answer === undefined ? {} : { 'user.id': 'user_b' }
      expect(tracing.exportedSpans()).toEqual({ handler: expected, message: expected })
    }
  })

  it('passes the context on to the application, for requests of every kind', () => {
    const seen: string[] = []
    const enter = nest({
      session: (context: ReturnType<typeof executionContext>) => {
        seen.push(context.getType())
        return undefined
      },
    })
    for (const kind of ['http', 'ws', 'rpc', 'graphql']) {
      enter.intercept(executionContext(kind), { handle: () => {} })
    }
    expect(seen).toEqual(['http', 'ws', 'rpc', 'graphql'])
  })
})
