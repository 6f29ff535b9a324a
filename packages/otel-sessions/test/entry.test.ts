// What the application's function may answer, in the middleware for Connect, which has nothing but the core.
import { trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { checkSessionId, getSession, type SessionInit } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { problems } from '../src/problems.ts'
import { deferred } from './support.ts'

type Then = (ok: (id: string) => void) => void
const thenable = (then: Then) => Object.defineProperty({}, 'then', { value: then })
const fail = (): never => {
  throw new Error('secret')
}

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
let before: Partial<Record<string, number>>

beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
  before = problems.counts()
})
afterEach(() => {
  vi.useRealTimers()
  stopTracing()
})

const grown = () => {
  const entries = Object.entries(problems.counts()).map(
    ([code, count = 0]) => [code, count - (before[code] ?? 0)] as const,
  )
  return Object.fromEntries(entries.filter(([, count]) => count > 0))
}

/** Sends a request through the middleware inside a server's span; resolves when the handler has run. */
async function request(session: (request: object) => unknown, options: object = {}) {
  const middleware = sessions({ session: session as () => string, ...options })
  const handled = deferred<string | undefined>()
  let calls = 0
  tracing.tracer.startActiveSpan('server', (server) => {
    middleware({}, {}, () => {
      calls++
      tracing.tracer.startSpan('handler').end()
      server.end()
      handled.resolve(getSession()?.sessionId)
    })
  })
  const sessionId = await handled.promise
  return { sessionId, calls, spans: tracing.exportedSpans() }
}

describe('what the function answers', () => {
  it('is the session of everything behind the middleware, and of the server span, with the user', async () => {
    const { spans } = await request(() => ({ sessionId: 'user_a_conv', userId: 'user_a' }))
    const expected = { 'session.id': 'user_a_conv', 'user.id': 'user_a' }
    expect(spans).toMatchObject({ server: expected, handler: expected })
    expect(grown()).toEqual({})
  })

  it('may be a promise, a thenable that calls back at once, or an object of a class', async () => {
    class Conversation implements SessionInit {
      get sessionId() {
        return 'user_a_conv'
      }
    }
    const answers = [
      async () => 'user_a_conv',
      () => thenable((ok) => ok('user_a_conv')),
      () => new Conversation(),
      () => Object.assign(Object.create(null), { sessionId: 'user_a_conv' }),
    ]
    for (const answer of answers) {
      const { sessionId, spans } = await request(answer)
      expect(sessionId).toBe('user_a_conv')
      expect(spans['server']).toMatchObject({ 'session.id': 'user_a_conv' })
    }
    expect(grown()).toEqual({})
  })

  it('is used at once if it is known at once, so that the middleware stays synchronous', () => {
    const order: string[] = []
    sessions({ session: () => 'user_a_conv' })({}, {}, () => order.push('handler'))
    order.push('after')
    expect(order).toEqual(['handler', 'after'])
  })

  it('states nothing if it is undefined: a session is inferred as without the middleware', async () => {
    const middleware = sessions({ session: () => undefined })
    tracing.tracer.startActiveSpan('server', (server) =>
      middleware({}, {}, () => {
        tracing.tracer.startSpan('call', { attributes: { thread_id: 'thread_1' } }).end()
        server.end()
      }),
    )
    expect(tracing.sessions()).toEqual({ call: 'thread_1', server: 'thread_1' })
    expect(grown()).toEqual({})
  })

  it('clears the session if it is null, and infers none', async () => {
    const middleware = sessions({ session: () => null })
    tracing.tracer.startActiveSpan('server', (server) =>
      middleware({}, {}, () => {
        tracing.tracer.startSpan('call', { attributes: { thread_id: 'thread_1' } }).end()
        server.end()
      }),
    )
    expect(tracing.sessions()).toEqual({ call: undefined, server: undefined })
    expect(grown()).toEqual({})
  })

  it('adds fields alone where it has no session ID', async () => {
    const { spans } = await request(() => ({ userId: 'user_a' }))
    expect(spans).toMatchObject({ server: { 'user.id': 'user_a' }, handler: { 'user.id': 'user_a' } })
    expect(spans['server']).not.toHaveProperty('session.id')
  })

  it('is read once, so that every span has the same', async () => {
    let reads = 0
    const answer = {
      get sessionId() {
        return `session-number-${++reads}`
      },
    }
    const { spans } = await request(() => answer)
    expect(reads).toBe(1)
    expect([spans['server'], spans['handler']].map((span) => span?.['session.id'])).toEqual([
      'session-number-1',
      'session-number-1',
    ])
  })
})

describe('a request whose session cannot be had', () => {
  const wrong = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no')
      },
    },
  )
  const cases: [what: string, answer: () => unknown, code: string, says: string][] = [
    [
      'throws',
      () => {
        throw new Error('secret')
      },
      'request:threw',
      'threw',
    ],
    [
      'rejects',
      async () => {
        throw new Error('secret')
      },
      'request:rejected',
      'rejected',
    ],
    ['has a then that throws', () => thenable(fail), 'request:rejected', 'rejected'],
    [
      'has a then that cannot be read',
      () => Object.defineProperty({}, 'then', { get: fail }),
      'request:threw',
      'threw',
    ],
    ['is empty', () => '', 'request:invalid', 'a string of 0 characters (empty)'],
    ['is too long', () => 'x'.repeat(200), 'request:invalid', 'a string of 200 characters (too-long)'],
    [
      'is too long, later',
      async () => 'x'.repeat(200),
      'request:invalid',
      'a string of 200 characters (too-long)',
    ],
    ['is a number', () => 12345, 'request:invalid', 'a value of type number'],
    ['is false', () => false, 'request:invalid', 'a value of type boolean'],
    ['is a function', () => () => 'user_a_conv', 'request:invalid', 'a value of type function'],
    ['is an array', () => ['user_a_conv'], 'request:invalid', 'an array'],
    ['is a Map', () => new Map([['sessionId', 'user_a_conv']]), 'request:invalid', 'a value of type object'],
    ['has an ID that is undefined', () => ({ sessionId: undefined }), 'request:invalid', 'undefined'],
    ['has an ID that is a number', () => ({ sessionId: 7 }), 'request:invalid', 'a value of type number'],
    ['cannot be read', () => wrong, 'request:invalid', 'an object that throws when it is read'],
    [
      'has an ID that cannot be read',
      () => ({
        get sessionId() {
          throw new Error('secret')
        },
      }),
      'request:invalid',
      'throws when it is read',
    ],
  ]

  it.each(cases)('goes on without one, counted, if the answer %s', async (_, answer, code) => {
    const { sessionId, calls, spans } = await request(answer)
    expect(sessionId).toBeUndefined()
    expect(calls).toBe(1)
    expect(spans['server']).not.toHaveProperty('session.id')
    expect(spans['handler']).not.toHaveProperty('session.id')
    expect(grown()).toEqual({ [code]: 1 })
  })

  it('never has the session around it, such as that of a request before', async () => {
    const { usingSession } = await import('otel-sessions')
    for (const [, answer] of cases) {
      expect((await usingSession('user_b_conv', () => request(answer))).sessionId).toBeUndefined()
    }
  })

  it('keeps the user beside an invalid ID', async () => {
    const { spans } = await request(() => ({ sessionId: 'x'.repeat(200), userId: 'user_a' }))
    expect(spans['server']).toMatchObject({ 'user.id': 'user_a' })
    expect(spans['server']).not.toHaveProperty('session.id')
  })

  it('has no session that stands on Object.prototype', async () => {
    Object.defineProperty(Object.prototype, 'sessionId', {
      value: 'polluted_conv',
      configurable: true,
      writable: true,
    })
    try {
      expect((await request(() => ({ userId: 'user_a' }))).sessionId).toBeUndefined()
    } finally {
      delete (Object.prototype as { sessionId?: string }).sessionId
    }
  })
})

describe('whatever the function answers', () => {
  const fields = fc.record(
    { sessionId: fc.anything(), userId: fc.anything(), metadata: fc.anything(), tags: fc.anything() },
    { requiredKeys: [] },
  )
  const answers = fc.oneof(
    fc.anything({ withNullPrototype: true }),
    fields,
    fc.string(),
    fields.map(Object.create),
  )
  const isId = (value: unknown) => typeof value === 'string' && checkSessionId(value).ok

  it('the request is handled once, in that session if its ID is valid, else in none', async () => {
    const { usingSession } = await import('otel-sessions')
    const check = async (answer: unknown, later: boolean) => {
      const seen: (string | undefined)[] = []
      const middleware = sessions({ session: () => (later ? Promise.resolve(answer) : answer) as string })
      // The session around it must never be that of the request.
      await usingSession('user_b_conv', () => middleware({}, {}, () => seen.push(getSession()?.sessionId)))
      const given = typeof answer === 'object' && answer !== null ? (answer as SessionInit) : undefined
      const id = given === undefined ? answer : given.sessionId
      const statesNothing =
        answer === undefined || (given !== undefined && !('sessionId' in given) && isInit(given))
      expect(seen).toEqual([isId(id) ? id : statesNothing ? 'user_b_conv' : undefined])
    }
    await fc.assert(fc.asyncProperty(answers, fc.boolean(), check), { numRuns: runs(2000) })
  })

  /** An object that has fields of a session, or could have. */
  const isInit = (given: object) =>
    [Object.prototype, null].includes(Object.getPrototypeOf(given)) ||
    ['userId', 'metadata', 'tags'].some((field) => field in given)
})

describe('an error of what is behind the middleware', () => {
  it('reaches the framework as without it: at once, or by the promise', async () => {
    const error = new Error('the handler fails')
    const fail = () => {
      throw error
    }
    expect(() => sessions({ session: () => 'user_a_conv' })({}, {}, fail)).toThrow(error)
    await expect(sessions({ session: async () => 'user_a_conv' })({}, {}, fail)).rejects.toBe(error)
    expect(grown()).toEqual({})
  })
})

describe('a request whose session does not come', () => {
  it('goes on when the time is over, which the log names, and ignores what comes later', async () => {
    vi.useFakeTimers()
    for (const late of ['resolve', 'reject'] as const) {
      const answer = deferred<string>()
      const { tracer } = tracing
      const middleware = sessions({ session: () => answer.promise, timeoutMillis: 1234 })
      const seen: (string | undefined)[] = []
      const done = tracer.startActiveSpan('server', () =>
        middleware({}, {}, () => seen.push(getSession()?.sessionId)),
      )
      await vi.advanceTimersByTimeAsync(1233)
      expect(seen).toEqual([])
      await vi.advanceTimersByTimeAsync(1)
      await done
      expect(seen).toEqual([undefined])
      answer[late]('user_a_conv')
      await vi.advanceTimersByTimeAsync(10_000)
      expect(seen).toEqual([undefined])
      trace.disable()
    }
    expect(grown()).toEqual({ 'request:timed-out': 2 })
    expect(warnings.join()).toContain('did not answer within 1234 ms')
    expect(warnings).toHaveLength(1)
  })

  it('leaves no timer behind when it comes in time', async () => {
    vi.useFakeTimers()
    await sessions({ session: async () => 'user_a_conv' })({}, {}, () => {})
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the log', () => {
  it('names the framework and what is wrong, once, and neither the ID nor the error', async () => {
    // In a file of its own each code would be logged here first.
    const { resetProcessState } = await import('@otel-sessions/semconv/internal')
    resetProcessState()
    for (let round = 0; round < 2; round++) {
      await request(() => 'x'.repeat(200))
      await request(() => {
        throw new TypeError('secret')
      })
      await request(async () => {
        throw Object.assign(new Error('secret'), { code: 'ECONNREFUSED' })
      })
    }
    const ours = warnings.filter((line) => line.includes('otel-sessions/express'))
    expect(ours).toHaveLength(3)
    expect(ours[0]).toContain(
      'the option session returned no valid session ID, but a string of 200 characters (too-long); the request has no session',
    )
    expect(ours[1]).toContain('the option session threw (TypeError); the request has no session')
    expect(ours[2]).toContain('the option session rejected (Error, ECONNREFUSED); the request has no session')
    expect(ours.join()).not.toContain('xxx')
    expect(ours.join()).not.toContain('secret')
  })
})

describe('wrong options', () => {
  it.each([
    [undefined, 'options must be an object, they are undefined'],
    [() => 'user_a_conv', 'options must be an object, they are a value of type function'],
    [{}, 'option session must be a function, it is undefined'],
    [{ session: 'user_a_conv' }, 'option session must be a function, it is a string of 11 characters'],
    [{ session() {}, header: 'x' }, 'there is no option "header"; the options are session, timeoutMillis'],
    [
      { session() {}, timeoutMillis: 0 },
      'option timeoutMillis must be a whole number from 1 to 2147483647, it is 0',
    ],
    [{ session() {}, timeoutMillis: Infinity }, 'option timeoutMillis must be a whole number'],
    [
      { session() {}, timeoutMillis: '5' },
      'option timeoutMillis must be a whole number from 1 to 2147483647, it is a string',
    ],
  ])('throw where the middleware is made, and are named: %o', (options, message) => {
    expect(() => sessions(options as never)).toThrow(`otel-sessions/express: sessions: ${message}`)
  })
})
