// A login calls `next` in the context of another request: the callback of a pool, a queue or a shared connection.
import { EventEmitter } from 'node:events'
import { context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import { getSession, type SessionInit, setSpanSession, usingSession } from 'otel-sessions'
import { sessions as express } from 'otel-sessions/express'
import { sessions as fastify } from 'otel-sessions/fastify'
import { sessions as fetchSessions } from 'otel-sessions/fetch'
import { sessions as hono } from 'otel-sessions/hono'
import { sessions as koa } from 'otel-sessions/koa'
import { sessions as invocationSessions } from 'otel-sessions/lambda'
import { sessions as nest } from 'otel-sessions/nest'
import { sessions as sockets } from 'otel-sessions/socket.io'
import { sessions as jobSessions } from 'otel-sessions/worker'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { createEntry } from '../src/requests/entry.ts'
import { RequestSpanProcessor } from '../src/requests/spans/span-parents.ts'
import { deferred, type Middleware, serve, userOf } from './support.ts'

const RPC = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')
const OTHER = { sessionId: 'user_a_conv', userId: 'user_a', tags: ['vip'], metadata: { email: 'a@x' } }
const KEYS = ['session.id', 'user.id', 'tag.tags', 'metadata', 'gen_ai.conversation.id']

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

/** The traces of the spans, by their names. */
const traces = new Map<string, string>()
const span = (name: string) => {
  const one = tracing.tracer.startSpan(name)
  traces.set(name, one.spanContext().traceId)
  one.end()
}
const exported = (name: string) => {
  const attributes = Object.entries(tracing.exportedSpans()[name] ?? { missing: name })
  return Object.fromEntries(attributes.filter(([key]) => key === 'missing' || KEYS.includes(key)))
}

type Answer = string | SessionInit | null | undefined
const answers: [what: string, answer: () => Answer | Promise<Answer>, expected: object][] = [
  ['an ID', () => 'user_b_conv', { 'session.id': 'user_b_conv' }],
  ['a promise of an ID', async () => 'user_b_conv', { 'session.id': 'user_b_conv' }],
  ['a user', () => ({ userId: 'user_b' }), { 'user.id': 'user_b' }],
  ['nothing', () => undefined, {}],
  ['a promise of nothing', async () => undefined, {}],
  ['null', () => null, {}],
]
const OF_A = {
  'session.id': 'user_a_conv',
  'user.id': 'user_a',
  'tag.tags': ['vip'],
  metadata: '{"email":"a@x"}',
}

/** Two requests. The login of user_b answers while that of user_a is in its handler, and in its context. */
async function twoRequests(session: () => Answer | Promise<Answer>, isInstrumented: boolean) {
  const waiting = deferred<() => void>()
  const handled = deferred()
  const enter = express({
    session: (request: Parameters<Middleware>[0]) => (userOf(request) === 'user_a' ? OTHER : session()),
  })
  const login: Middleware = (request, _, next) => {
    span(`login ${userOf(request)}`)
    if (userOf(request) === 'user_a') next()
    else waiting.resolve(next)
  }
  const handle: Middleware = async (request, response) => {
    const user = userOf(request)
    span(`work ${user}`)
    response.on('finish', () => span(`finish ${user}`))
    if (user === 'user_a') {
      const callOther = await waiting.promise
      callOther()
      await handled.promise
      span('later user_a')
    } else handled.resolve()
    response.end()
  }
  const instrumentation = isInstrumented ? { bindsEmitters: true } : { isInstrumented: false }
  const server = await serve(tracing.tracer, [login, enter, handle], instrumentation)
  await Promise.all(['user_a', 'user_b'].map((user) => server.visit(user)))
  await server.close()
}

describe('a request whose login answers in the context of another request', () => {
  it.each(answers)('has nothing of that request, and leaves it alone: %s', async (_, session, expected) => {
    await twoRequests(session, true)
    expect(['server user_b', 'work user_b', 'finish user_b'].map(exported)).toEqual(Array(3).fill(expected))
    expect(['server user_a', 'work user_a', 'later user_a', 'finish user_a'].map(exported)).toEqual(
      Array(4).fill(OF_A),
    )
    expect(traces.get('work user_b')).toBe(traces.get('login user_b'))
    expect(traces.get('work user_b')).not.toBe(traces.get('work user_a'))
    expect(warnings).toEqual([])
  })

  it.each(answers)(
    'has nothing of it where no instrumentation binds requests: %s',
    async (_, session, expected) => {
      await twoRequests(session, false)
      expect(['work user_b', 'finish user_b'].map(exported)).toEqual([expected, expected])
      expect(['work user_a', 'later user_a', 'finish user_a'].map(exported)).toEqual(Array(3).fill(OF_A))
      expect(warnings).toEqual([])
    },
  )
})

/** What Nest passes. */
const execution = (kind: string, ...args: unknown[]) => ({ getType: () => kind, getArgs: () => args })
/** A request as the web has it. */
const requestOf = (user: string) => new Request(`test:/${user}`)
/** A request as Node has it. */
const request = (name: string) => Object.assign(new EventEmitter(), { name })

describe('a request', () => {
  const enterAs = (session: Answer, one: object, fn: () => void) =>
    void express({ session: () => session })(one, {}, fn)

  it.each([
    ['a user', { userId: 'user_b' }, { 'user.id': 'user_b' }],
    ['an ID', 'user_b_conv', { 'session.id': 'user_b_conv' }],
    ['nothing', undefined, {}],
  ])('that another request makes in the process begins outside of it: %s', (_, answer, expected) => {
    const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
    const inside = trace.setSpan(context.active(), server).setValue(RPC, { type: 'http', span: server })
    context.with(inside, () =>
      enterAs(OTHER, request('a'), () => {
        enterAs(answer, request('b'), () => span('inner'))
        span('outer')
      }),
    )
    server.end()
    expect(['inner', 'outer', 'server'].map(exported)).toEqual([expected, OF_A, OF_A])
    expect(traces.get('inner')).toBe(traces.get('outer'))
  })

  it('that a fetch handler makes of itself begins outside of it', () => {
    const enter = fetchSessions({
      session: (one: Request) => (userOf(one) === 'user_a' ? OTHER : 'user_b_conv'),
    })
    const answer = enter((one: Request): void => {
      if (userOf(one) === 'user_a') answer(requestOf('user_b'))
      span(`after ${userOf(one)}`)
    })
    tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
      answer(requestOf('user_a'))
      server.end()
    })
    expect(exported('after user_b')).toEqual({ 'session.id': 'user_b_conv' })
    expect(['server', 'after user_a'].map(exported)).toEqual([OF_A, OF_A])
  })

  it('that a job or its connection answers begins outside of the job', async () => {
    await jobSessions({ session: () => OTHER })(async () =>
      enterAs({ userId: 'user_b' }, request('b'), () => span('work')),
    )({})
    expect(exported('work')).toEqual({ 'user.id': 'user_b' })
  })

  it('keeps the scope that its own login has entered, in whatever context that answers', () => {
    const one = request('b')
    const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
    context.bind(trace.setSpan(context.active(), server), one)
    usingSession({ userId: 'user_b', tags: ['beta'] }, () => enterAs('user_b_conv', one, () => span('work')))
    server.end()
    const expected = { 'session.id': 'user_b_conv', 'user.id': 'user_b', 'tag.tags': ['beta'] }
    expect([exported('work'), exported('server')]).toEqual([expected, expected])
  })

  it('keeps the session of its helper further out, although a login in between answers elsewhere', () => {
    const one = request('b')
    let elsewhere: (fn: () => void) => void = () => {}
    enterAs(OTHER, request('a'), () => {
      elsewhere = context.bind(context.active(), (fn: () => void) => fn())
    })
    enterAs({ sessionId: 'user_b_login', userId: 'user_b' }, one, () =>
      elsewhere(() => enterAs('user_b_conv', one, () => span('work'))),
    )
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })

  it.each([
    ['a user', { userId: 'user_b' }, { 'user.id': 'user_b' }],
    ['an ID', 'user_b_conv', { 'session.id': 'user_b_conv' }],
  ])('has nothing of a request that is over, whose context it arrives in: %s', (_, answer, expected) => {
    let inside = context.active()
    tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
      inside = context.active()
      enterAs(OTHER, {}, () => {})
      server.end()
    })
    context.with(inside, () => enterAs(answer, {}, () => span('work')))
    expect(exported('work')).toEqual(expected)
  })

  it('that one makes in the process is known by nothing of that one further in', () => {
    const outer = createEntry<Answer>('test', { session: (answer) => answer })
    const inner = createEntry<Answer>('test', { session: (answer) => answer })
    outer.enter(
      OTHER,
      () => {
        const ofB = () => inner.enter('user_b_conv', () => span('work'), { objects: [request('b')] })
        outer.enter({ userId: 'user_b' }, ofB, { objects: [requestOf('user_b')] })
      },
      { objects: [request('a'), requestOf('user_a')] },
    )
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })

  it('is told from another one also behind a helper that knows it by another object', () => {
    const outer = createEntry<Answer>('test', { session: (answer) => answer })
    const inner = createEntry<Answer>('test', { session: (answer) => answer })
    const ofB = () => enterAs('user_b_conv', request('b'), () => span('work'))
    const ofA = () => inner.enter({ tags: ['inner'] }, ofB, { objects: [requestOf('user_a')] })
    outer.enter(OTHER, ofA, { objects: [request('a')] })
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv' })
  })

  it('keeps the fields of the invocation that it comes to the function with', async () => {
    const handler = invocationSessions({ session: () => ({ userId: 'user_b' }) })(async () =>
      enterAs('user_b_conv', request('b'), () => span('work')),
    )
    await handler()
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })

  it.each([
    ['the server’s', true],
    ['no', false],
  ])('keeps its active span, if an instrumentation has bound it where %s span is', (_, hasServer) => {
    const one = request('b')
    const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
    const inside = trace.setSpan(context.active(), server)
    context.bind(hasServer ? inside : context.active(), one)
    let active: Span | undefined
    context.with(inside, () =>
      usingSession({ userId: 'user_b' }, () =>
        tracing.tracer.startActiveSpan('middleware', (middleware) =>
          enterAs('user_b_conv', one, () => {
            active = trace.getActiveSpan()
            expect(active).toBe(middleware)
            span('work')
          }),
        ),
      ),
    )
    expect(active).toBeDefined()
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })

  it('keeps the span of a second instrumentation, which is below the one that it is bound to', () => {
    tracing = startTracing({}, { spanProcessors: [new RequestSpanProcessor()] })
    const one = request('b')
    const outer = tracing.tracer.startSpan('outer', { kind: SpanKind.SERVER })
    const below = trace.setSpan(context.active(), outer)
    context.bind(below.setValue(RPC, { type: 'http', span: outer }), one)
    const inner = tracing.tracer.startSpan('inner', { kind: SpanKind.SERVER }, below)
    context.with(trace.setSpan(below, inner).setValue(RPC, { type: 'http', span: inner }), () =>
      enterAs('user_b_conv', one, () => expect(trace.getActiveSpan()).toBe(inner)),
    )
    inner.end()
    expect(exported('inner')).toEqual({ 'session.id': 'user_b_conv' })
  })

  it('keeps the scope that was entered between two of its helpers', () => {
    const one = request('b')
    context.bind(trace.setSpan(context.active(), tracing.tracer.startSpan('server')), one)
    enterAs({ userId: 'user_b' }, one, () =>
      usingSession({ tags: ['beta'] }, () => enterAs('user_b_conv', one, () => span('work'))),
    )
    const expected = { 'session.id': 'user_b_conv', 'user.id': 'user_b', 'tag.tags': ['beta'] }
    expect(exported('work')).toEqual(expected)
  })

  it.each<[what: string, answer: Answer, expected: object]>([
    ['an ID', 'user_b_conv', { 'session.id': 'user_b_conv' }],
    ['a user', { userId: 'user_b' }, { 'user.id': 'user_b' }],
    ['nothing', undefined, {}],
    ['null', null, {}],
  ])('has the span that its framework has started in a context of both: %s', (_, answer, expected) => {
    const { tracer } = tracing
    const [a, b] = ['a', 'b'].map(request) as [object, object]
    const [spanA, spanB] = ['server a', 'server b'].map((name) =>
      tracer.startSpan(name, { kind: SpanKind.SERVER }),
    ) as [Span, Span]
    const contextOf = (server: Span) =>
      trace.setSpan(context.active(), server).setValue(RPC, { type: 'http', span: server })
    context.bind(contextOf(spanA), a as EventEmitter)
    context.bind(contextOf(spanB), b as EventEmitter)
    context.with(contextOf(spanA), () =>
      enterAs(OTHER, a, () => {
        // As instrumentation-express does it: the active context with the span of the request.
        context.with(trace.setSpan(context.active(), spanB), () =>
          tracer.startActiveSpan('middleware b', (middleware) => {
            enterAs(answer, b, () => span('work b'))
            middleware.end()
          }),
        )
      }),
    )
    for (const one of [spanA, spanB]) one.end()
    expect(['middleware b', 'work b', 'server b'].map(exported)).toEqual([expected, expected, expected])
    expect(exported('server a')).toEqual(OF_A)
  })

  it.each<[how: string, wrap: (one: object) => object]>([
    ['Object.create', (one) => Object.create(one)],
    ['a Proxy', (one) => new Proxy(one, {})],
  ])('keeps the session of its helper further out if %s wraps it in between', (_, wrap) => {
    const one = Object.assign(request('b'), { rawHeaders: ['host', 'test'] })
    enterAs({ sessionId: 'user_b_conv', userId: 'user_b' }, one, () =>
      enterAs({ tags: ['beta'] }, wrap(one), () => span('work')),
    )
    const expected = { 'session.id': 'user_b_conv', 'user.id': 'user_b', 'tag.tags': ['beta'] }
    expect(exported('work')).toEqual(expected)
  })

  it('is told from another one that has equal headers', () => {
    const [a, b] = ['a', 'b'].map((name) => Object.assign(request(name), { rawHeaders: ['host', 'test'] }))
    enterAs(OTHER, a as object, () => enterAs('user_b_conv', b as object, () => span('work')))
    expect(exported('work')).toEqual({ 'session.id': 'user_b_conv' })
  })

  describe.each([
    ['another tracer than that of HTTP', 'app', 'after', true],
    ['the same tracer', 'test', 'after', false],
    ['another tracer, before the request has begun', 'app', 'before', false],
  ])('whose context has a server span of another trace, by %s', (_, name, when, isOwn) => {
    it(isOwn ? 'goes on below it' : 'leaves it', () => {
      const one = request('b')
      const make = () =>
        tracing.provider.getTracer(name).startSpan('manual', {
          kind: SpanKind.SERVER,
          startTime: [when === 'after' ? 2000 : 500, 0],
          root: true,
        })
      const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER, startTime: [1000, 0] })
      context.bind(trace.setSpan(context.active(), server), one)
      const manual = make()
      context.with(trace.setSpan(ROOT_CONTEXT, manual), () =>
        enterAs({ sessionId: 'user_b_conv', userId: 'user_b' }, one, () => {
          expect(trace.getActiveSpan()).toBe(isOwn ? manual : server)
          span('work')
        }),
      )
      manual.end()
      const ofB = { 'session.id': 'user_b_conv', 'user.id': 'user_b' }
      expect([exported('work'), exported('manual')]).toEqual([ofB, isOwn ? ofB : {}])
    })
  })

  it('leaves such a span that has a session already: it is that of another request', () => {
    const one = request('b')
    const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
    context.bind(trace.setSpan(context.active(), server), one)
    const manual = tracing.provider
      .getTracer('app')
      .startSpan('manual', { kind: SpanKind.SERVER, root: true })
    setSpanSession(manual, OTHER)
    context.with(trace.setSpan(ROOT_CONTEXT, manual), () =>
      enterAs({ userId: 'user_b' }, one, () => span('work')),
    )
    manual.end()
    expect([exported('work'), exported('manual')]).toEqual([{ 'user.id': 'user_b' }, OF_A])
  })

  it('that has no session leaves no trace of the probe on its emitter', () => {
    const one = request('b')
    context.bind(context.active(), one)
    const events: unknown[] = []
    const { emit } = one
    one.emit = (...args: Parameters<typeof emit>) => {
      events.push(args[0])
      return Reflect.apply(emit, one, args)
    }
    enterAs(undefined, one, () => expect(getSession()).toBeUndefined())
    expect(one.eventNames()).toEqual([])
    expect(events.every((event) => typeof event === 'symbol')).toBe(true)
  })
})

describe.each<[helper: string, enter: (answer: Answer, one: object, fn: () => void) => unknown]>([
  ['fastify', (answer, raw, fn) => fastify({ session: () => answer })({ raw }, { raw: {} }, fn)],
  ['koa', (answer, req, fn) => koa({ session: () => answer })({ req, res: {} }, async () => fn())],
  [
    'nest',
    (answer, one, handle) => nest({ session: () => answer }).intercept(execution('http', one), { handle }),
  ],
  [
    'nest on fastify',
    (answer, raw, handle) =>
      nest({ session: () => answer }).intercept(execution('http', { raw }), { handle }),
  ],
  [
    'nest for GraphQL',
    (answer, req, handle) =>
      nest({ session: () => answer }).intercept(execution('graphql', {}, {}, { req }), { handle }),
  ],
  [
    'hono on Node',
    (answer, incoming, fn) => hono({ session: () => answer })({ env: { incoming } }, async () => fn()),
  ],
])('the helper for %s', (_, enter) => {
  it('tells a request from another one, in whose context it arrives', async () => {
    const [a, b] = [request('a'), request('b')]
    let inner: unknown
    await enter(OTHER, a, () => {
      inner = enter({ userId: 'user_b' }, b, () => span('work'))
    })
    await inner
    expect(exported('work')).toEqual({ 'user.id': 'user_b' })
    await enter({ userId: 'user_b' }, b, () => {
      inner = enter('user_b_conv', b, () => span('nested'))
    })
    await inner
    expect(exported('nested')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })
})

it('the helper for Hono tells requests apart that the application makes of itself', async () => {
  const enter = hono({
    session: ({ req }: { req: { raw: Request } }) =>
      userOf(req.raw) === 'user_a' ? OTHER : { userId: 'user_b' },
  })
  const answer = (user: string, fn: () => unknown) =>
    enter({ req: { raw: requestOf(user) } }, async () => {
      await fn()
    })
  await answer('user_a', () => answer('user_b', () => span('work')))
  expect(exported('work')).toEqual({ 'user.id': 'user_b' })
})

it('a socket whose login answers in a request has nothing of that, which is open', async () => {
  const server = tracing.tracer.startSpan('server', { kind: SpanKind.SERVER })
  await context.with(trace.setSpan(context.active(), server), () =>
    express({ session: () => OTHER })(request('a'), {}, () => {
      sockets({ session: () => ({ userId: 'user_b' }) })({}, () => span('connection'))
    }),
  )
  server.end()
  expect(exported('connection')).toEqual({ 'user.id': 'user_b' })
  expect(exported('server')).toEqual(OF_A)
})
