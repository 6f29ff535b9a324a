// What arrives in the scope of somebody else: a queue, a connection or a loop that was started inside it calls a helper.
import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { getSession, type SessionInit, setSpanSession, usingSession } from 'otel-sessions'
import { sessions as requestSessions } from 'otel-sessions/express'
import { sessions as invocationSessions } from 'otel-sessions/lambda'
import { sessions as callSessions } from 'otel-sessions/mcp'
import { sessions as jobSessions } from 'otel-sessions/worker'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

const OTHER = { sessionId: 'user_a_conv', userId: 'user_a', tags: ['vip'], metadata: { email: 'a@x' } }
const OWN = ['session.id', 'user.id', 'tag.tags', 'metadata', 'gen_ai.conversation.id']

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

const span = (name: string, attributes = {}) => tracing.tracer.startSpan(name, { attributes }).end()
/** What a span was exported with of a session. */
const sessionOn = (name: string) => {
  const attributes = Object.entries(tracing.exportedSpans()[name] ?? { missing: name })
  return Object.fromEntries(attributes.filter(([key]) => key === 'missing' || OWN.includes(key)))
}

type Answer = string | SessionInit | null | undefined
const answers: [what: string, answer: () => Answer | Promise<Answer>, expected: object][] = [
  ['an ID', () => 'user_b_conv', { 'session.id': 'user_b_conv' }],
  ['the same ID', () => OTHER.sessionId, { 'session.id': 'user_a_conv' }],
  [
    'an ID and a user',
    () => ({ sessionId: 'user_b_conv', userId: 'user_b' }),
    { 'session.id': 'user_b_conv', 'user.id': 'user_b' },
  ],
  ['a promise of an ID', async () => 'user_b_conv', { 'session.id': 'user_b_conv' }],
  ['a user', () => ({ userId: 'user_b' }), { 'user.id': 'user_b' }],
  ['nothing', () => undefined, {}],
  ['a promise of nothing', async () => undefined, {}],
  ['an object with nothing in it, such as the data of a job', () => ({}), {}],
  ['null', () => null, {}],
]

const units: [unit: string, run: (answer: () => Answer | Promise<Answer>, fn: () => void) => unknown][] = [
  ['a job', (session, fn) => jobSessions({ session })(async () => fn())({})],
  ['an invocation of Lambda', (session, fn) => invocationSessions({ session })(async () => fn())()],
  [
    'a call of an MCP server',
    (session, fn) => callSessions({ session })(async (_extra: unknown) => fn())({}),
  ],
]

describe.each(units)('%s that arrives in the scope of another user', (_, run) => {
  it.each(answers)('has nothing of that session if the answer is %s', async (_, answer, expected) => {
    await usingSession(OTHER, () => run(answer, () => span('work')))
    expect(sessionOn('work')).toEqual(expected)
  })

  it.each(answers)('and neither has its own span, which started there: %s', async (_, answer, expected) => {
    for (const kind of [SpanKind.CONSUMER, SpanKind.SERVER]) {
      // A span of a server is not that of a job: the request has queued it.
      if (kind === SpanKind.SERVER && run === units[0]?.[1]) continue
      await usingSession(OTHER, () =>
        tracing.tracer.startActiveSpan('received', { kind, root: true }, async (received) => {
          await run(answer, () => span('work'))
          span('acknowledge')
          received.end()
        }),
      )
      expect(['received', 'work', 'acknowledge'].map(sessionOn)).toEqual([expected, expected, expected])
    }
    expect(warnings).toEqual([])
  })

  it('has no fields of a scope that has no session', async () => {
    const { sessionId: _, ...fields } = OTHER
    await usingSession(fields, () =>
      tracing.tracer.startActiveSpan('received', { kind: SpanKind.CONSUMER }, async (received) => {
        await run(
          () => 'user_b_conv',
          () => span('work'),
        )
        received.end()
      }),
    )
    const expected = { 'session.id': 'user_b_conv' }
    expect([sessionOn('received'), sessionOn('work')]).toEqual([expected, expected])
  })

  it('has a session that is inferred, if the answer states nothing', async () => {
    await usingSession(OTHER, () =>
      run(
        () => undefined,
        () => span('work', { thread_id: 'thread_b' }),
      ),
    )
    expect(sessionOn('work')).toEqual({ 'session.id': 'thread_b' })
  })

  it('has a session that is inferred also below a span of another process', async () => {
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true }
    await usingSession(OTHER, () =>
      context.with(trace.setSpanContext(context.active(), remote), () =>
        run(
          () => undefined,
          () => span('work', { thread_id: 'thread_b' }),
        ),
      ),
    )
    expect(sessionOn('work')).toEqual({ 'session.id': 'thread_b' })
  })

  it('leaves the spans of the code alone that calls it inside a scope', async () => {
    await usingSession('user_a_conv', () =>
      tracing.tracer.startActiveSpan('caller', async (caller) => {
        await run(
          () => undefined,
          () => {},
        )
        caller.end()
      }),
    )
    expect(sessionOn('caller')).toEqual({ 'session.id': 'user_a_conv' })
  })

  it('has the session of the span that it is below, while that is open', async () => {
    const states = [undefined, { tags: ['job'] }]
    for (const answer of states) {
      for (const isOpen of [true, false]) {
        await usingSession(OTHER, () =>
          tracing.tracer.startActiveSpan('around', async (around) => {
            setSpanSession(around, { sessionId: 'user_c_conv', userId: 'user_c' })
            if (!isOpen) around.end()
            await run(
              () => answer,
              () => span('work'),
            )
            around.end()
          }),
        )
        const { 'session.id': id, 'user.id': user } = sessionOn('work')
        expect([id, user]).toEqual(isOpen ? ['user_c_conv', 'user_c'] : [undefined, undefined])
      }
    }
  })

  it('looks for its session outside of that scope', async () => {
    const seen: unknown[] = []
    await usingSession(OTHER, () =>
      run(
        () => {
          seen.push(getSession())
          return 'user_b_conv'
        },
        () => {},
      ),
    )
    expect(seen).toEqual([undefined])
  })

  it('leaves the session of whoever called it as it was', async () => {
    await usingSession(OTHER, async () => {
      await run(
        () => 'user_b_conv',
        () => {},
      )
      expect(getSession()).toMatchObject(OTHER)
    })
  })
})

describe('a job that arrives in the scope of another user', () => {
  const enter = jobSessions({ session: ({ user }: { user?: string }) => user && `${user}_conv` })
  const handle = enter(async () => span('work'))
  const inConsumer = (attributes: object, fn: (consumer: Span) => Promise<void>) =>
    usingSession(OTHER, () =>
      tracing.tracer.startActiveSpan(
        'consumer',
        { kind: SpanKind.CONSUMER, attributes: { ...attributes } },
        async (consumer) => {
          await fn(consumer)
          consumer.end()
        },
      ),
    )

  it('may be a generator, which is pulled in that scope later', () => {
    const generate = enter(function* (_: { user?: string }) {
      span('work')
      yield getSession()?.sessionId
    })
    for (const user of [undefined, 'user_b']) {
      usingSession(OTHER, () => {
        expect([...generate({ ...(user && { user }) })]).toEqual([user && 'user_b_conv'])
      })
      expect(sessionOn('work')).toEqual(user ? { 'session.id': 'user_b_conv' } : {})
    }
  })

  it('leaves a session alone that was set on the consumer’s span itself', async () => {
    await inConsumer({}, async (consumer) => {
      setSpanSession(consumer, 'user_c_conv')
      await handle({ user: 'user_b' })
    })
    expect(sessionOn('consumer')['session.id']).toBe('user_c_conv')
    expect(sessionOn('work')).toEqual({ 'session.id': 'user_b_conv' })
  })

  it('shares its consumer’s span with none, if that has jobs of several sessions', async () => {
    await inConsumer({}, async () => {
      await handle({ user: 'user_b' })
      await handle({ user: 'user_c' })
    })
    expect(sessionOn('consumer')).toEqual({})
    await inConsumer({ 'messaging.batch.message_count': 2 }, () => handle({ user: 'user_b' }))
    expect(sessionOn('consumer')).toEqual({})
    expect(warnings).toEqual([])
  })

  it('never has anything of it, whatever both are', async () => {
    const id = fc.constantFrom('one', 'two').map((name) => `user_${name}_conv`)
    const fields = (letter: string) => ({
      userId: fc.constant(`user_${letter}`),
      conversationId: fc.constant(`conversation_${letter}`),
      tags: fc.constant([`tag_${letter}`]),
      metadata: fc.constant({ [`key_${letter}`]: 1 }),
    })
    const session = (letter: string, own: fc.Arbitrary<string>) =>
      fc.record({ sessionId: own, ...fields(letter) }, { requiredKeys: [] })
    const outer = session('x', fc.constant('user_x_conv'))
    const inner = fc.oneof(session('y', id), id, fc.constant(null), fc.constant(undefined))
    const kinds = fc.constantFrom(SpanKind.CONSUMER, undefined)
    const check = async (around: SessionInit, answer: Answer, kind: SpanKind | undefined, later: boolean) => {
      const run = jobSessions({ session: () => (later ? Promise.resolve(answer) : answer) })
      const work = run(async () => span('work'))
      const receive = async (received: Span) => {
        await work({})
        received.end()
      }
      await usingSession(around, () =>
        kind === undefined ? work({}) : tracing.tracer.startActiveSpan('received', { kind }, receive),
      )
      const found = [sessionOn('work'), ...(kind === undefined ? [] : [sessionOn('received')])]
      expect(JSON.stringify(found)).not.toMatch(/_x/)
      const own = typeof answer === 'string' ? answer : answer?.sessionId
      expect(found.map((one) => one['session.id'])).toEqual(found.map(() => own))
    }
    await fc.assert(fc.asyncProperty(outer, inner, kinds, fc.boolean(), check), { numRuns: runs(500) })
  })
})

describe('a request', () => {
  const answer = requestSessions({
    session: ({ session }: { session: Answer | Promise<Answer> }) => session,
  })
  /** A request whose server's span starts here. */
  const request = (session: Answer | Promise<Answer>, enter: (fn: () => void) => void = (fn) => fn()) =>
    new Promise<void>((resolve) => {
      tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER, root: true }, (server) =>
        enter(() => {
          answer({ session }, {}, () => {
            span('work')
            server.end()
            resolve()
          })
        }),
      )
    })

  it.each(answers)(
    'has nothing of the scope in which its server’s span started: %s',
    async (what, session, expected) => {
      await usingSession(OTHER, () => request(session()))
      const isStated = !what.includes('nothing') || what.includes('object')
      // Without a statement it is as if there were no helper.
      const all = {
        'session.id': 'user_a_conv',
        'user.id': 'user_a',
        'tag.tags': ['vip'],
        metadata: '{"email":"a@x"}',
      }
      const wanted = isStated ? expected : all
      expect([sessionOn('server'), sessionOn('work')]).toEqual([wanted, wanted])
    },
  )

  it('keeps the fields of a scope that was entered within it', async () => {
    await request('user_b_conv', (fn) => usingSession({ userId: 'user_b', tags: ['beta'] }, fn))
    const expected = { 'session.id': 'user_b_conv', 'user.id': 'user_b', 'tag.tags': ['beta'] }
    expect([sessionOn('server'), sessionOn('work')]).toEqual([expected, expected])
  })

  it('keeps them also below a span that started in that scope', async () => {
    const enter = (fn: () => void) =>
      usingSession({ userId: 'user_b' }, () =>
        tracing.tracer.startActiveSpan('middleware', (middleware) => {
          fn()
          middleware.end()
        }),
      )
    await request('user_b_conv', enter)
    expect(sessionOn('work')).toEqual({ 'session.id': 'user_b_conv', 'user.id': 'user_b' })
  })
})
