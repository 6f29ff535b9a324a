// Handlers of jobs. BullMQ, Kafka and others themselves are tried in test/messages.
import { context, SpanKind, trace } from '@opentelemetry/api'
import { getSession, type SessionInit, setSpanSession, usingSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/worker'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { deferred, sessionOf } from './support.ts'

interface Job {
  readonly user: string
}

type Answer = string | SessionInit | null | undefined

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const span = (name: string) => tracing.tracer.startSpan(name).end()
const sessionIn = (name: string) => tracing.exportedSpans()[name]?.['session.id']
const current = () => getSession()?.sessionId

/** The session is known at once. */
const known = sessions({ session: ({ user }: Job) => sessionOf(user) })
/** The session is looked up. */
const found = sessions({
  session: async ({ user }: Job) => {
    await turn()
    return sessionOf(user)
  },
})
const both = [
  ['known at once', known],
  ['looked up', found],
] as const

describe.each(both)('a handler whose session is %s', (_, enter) => {
  it('runs in the session and with the user of its job, also while another job runs', async () => {
    const handle = enter(async ({ user }) => {
      await turn()
      span(`work of ${user}`)
      return [current(), getSession()?.userId]
    })
    const results = await Promise.all([handle({ user: 'user_a' }), handle({ user: 'user_b' })])
    expect(results).toEqual([
      ['user_a_conv', 'user_a'],
      ['user_b_conv', 'user_b'],
    ])
    expect([sessionIn('work of user_a'), sessionIn('work of user_b')]).toEqual(['user_a_conv', 'user_b_conv'])
    expect(current()).toBeUndefined()
  })

  it('gets its own `this` and all arguments, such as the token and the signal of BullMQ', async () => {
    const { signal } = new AbortController()
    const worker = {
      handle: enter(async function (this: unknown, _job: Job, ...rest: [string, AbortSignal]) {
        return [this, ...rest]
      }),
    }
    expect(await worker.handle({ user: 'user_a' }, 'token', signal)).toEqual([worker, 'token', signal])
  })

  it('fails with the very error that it throws', async () => {
    const error = new Error('no answer')
    const handle = enter(async () => {
      throw error
    })
    await expect(handle({ user: 'user_a' })).rejects.toBe(error)
  })

  it('may be an async generator, which is pulled from elsewhere', async () => {
    const stream = enter(async function* ({ user }) {
      yield `${user}: ${current()}`
      await turn()
      span('in the stream')
      yield current()
      return 'end'
    })
    const generator = stream({ user: 'user_a' })
    const values = []
    for (let step = await generator.next(); ; step = await generator.next()) {
      values.push(step.value)
      if (step.done) break
    }
    expect(values).toEqual(['user_a: user_a_conv', 'user_a_conv', 'end'])
    expect(sessionIn('in the stream')).toBe('user_a_conv')
  })

  it('throws to whoever pulls from it what its call threw, also if that is later', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const stream = sessions({ session: async () => 'user_a_conv' })(async function* ({
      text,
    }: {
      text: string
    }) {
      yield text
    })
    const generator = stream(undefined as never)
    for (let turns = 0; turns < 3; turns++) await turn()
    await expect(generator.next()).rejects.toThrow(TypeError)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('has its session on the consumer’s span from the beginning', async () => {
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await enter(async () => {})({ user: 'user_a' })
      // As the worker's library does afterwards, outside the handler.
      span('acknowledge')
      consumer.end()
    })
    expect([sessionIn('consumer'), sessionIn('acknowledge')]).toEqual(['user_a_conv', 'user_a_conv'])
    expect(tracing.exportedSpans()['consumer']?.['user.id']).toBe('user_a')
  })
})

it('a handler that is not async returns at once, if its session is known at once', () => {
  expect(known(({ user }: Job) => [user, current()])({ user: 'user_a' })).toEqual(['user_a', 'user_a_conv'])
  const error = new Error('no answer')
  const failing = known(() => {
    throw error
  })
  expect(() => failing({ user: 'user_a' })).toThrow(error)
})

it('a handler without parameters is a callback without parameters, for a timer, a pool or a schedule', async () => {
  const schedule = (_cron: string, task: () => void) => task()
  const limit = <Args extends unknown[], T>(task: (...args: Args) => PromiseLike<T>, ...args: Args) =>
    task(...args)
  const { promise, resolve } = deferred<string | undefined>()
  schedule(
    '0 3 * * *',
    sessions({ session: () => 'user_a_conv' })(() => resolve(current())),
  )
  expect(await promise).toBe('user_a_conv')
  const task = async () => current()
  const result: string | undefined = await limit(sessions({ session: () => 'user_b_conv' })(task))
  expect(result).toBe('user_b_conv')
  const looksUp = sessions({ session: async () => 'user_c_conv' })
  expect(await new Promise((done) => queueMicrotask(looksUp(() => done(current()))))).toBe('user_c_conv')
  // @ts-expect-error: `session` reads a job.
  void (() => known(task)())
  expect(await known(task)({ user: 'user_a' })).toBe('user_a_conv')
})

it('a handler that is not async returns a promise if its session is looked up, and its type says so', async () => {
  const job = { user: 'user_a' }
  const count: (job: Job) => number | Promise<number> = found(({ user }) => user.length)
  expect(await count(job)).toBe(6)
  // @ts-expect-error: it is a promise.
  const wrong: (job: Job) => number = found(({ user }) => user.length)
  expect(wrong(job)).toBeInstanceOf(Promise)
  const words = found(function* ({ user }) {
    yield user
    yield current()
  })
  // @ts-expect-error: so is this.
  expect(() => [...words(job)]).toThrow(TypeError)
  expect([...(await words(job))]).toEqual(['user_a', 'user_a_conv'])
  const atOnce: (job: Job) => Iterable<string> = known(function* ({ user }) {
    yield user
  })
  expect([...atOnce(job)]).toEqual(['user_a'])
})

it('a handler keeps its name, its properties and its number of parameters, by which BullMQ decides what to pass', () => {
  async function answer(_job: Job, _token: string, _signal: AbortSignal): Promise<void> {}
  const handle = known(Object.assign(answer, { retries: 3 }))
  expect([handle.length, handle.name, (handle as typeof handle & { retries: number }).retries]).toEqual([
    3,
    'answer',
    3,
  ])
})

describe('a span that jobs of several sessions share', () => {
  const handle = known(async ({ user }) => {
    await turn()
    span(`work of ${user}`)
  })

  it('has none of them, and neither has what starts between the jobs', async () => {
    for (const kind of [SpanKind.INTERNAL, SpanKind.SERVER]) {
      await tracing.tracer.startActiveSpan('nightly', { kind }, async (nightly) => {
        for (const user of ['user_a', 'user_b']) {
          span(`prepare ${user}`)
          await handle({ user })
        }
        nightly.end()
      })
      const names = ['prepare user_a', 'work of user_a', 'prepare user_b', 'work of user_b', 'nightly']
      const ids = names.map(sessionIn)
      expect(ids).toEqual([undefined, 'user_a_conv', undefined, 'user_b_conv', undefined])
    }
  })

  it('has none if it is a consumer’s, of jobs that run at once', async () => {
    await tracing.tracer.startActiveSpan('batch', { kind: SpanKind.CONSUMER }, async (batch) => {
      await Promise.all(['user_a', 'user_b', 'user_a'].map((user) => handle({ user })))
      span('afterwards')
      batch.end()
    })
    const ids = ['work of user_a', 'work of user_b', 'batch', 'afterwards'].map(sessionIn)
    expect(ids).toEqual(['user_a_conv', 'user_b_conv', undefined, undefined])
  })

  it('has none if another copy of the package handles one of the jobs', async () => {
    vi.resetModules()
    const copy = await import('otel-sessions/worker')
    expect(copy.sessions).not.toBe(sessions)
    const handleByCopy = copy.sessions({ session: ({ user }: Job) => sessionOf(user) })(async () => {})
    await tracing.tracer.startActiveSpan('batch', { kind: SpanKind.CONSUMER }, async (batch) => {
      await handle({ user: 'user_a' })
      await handleByCopy({ user: 'user_b' })
      span('afterwards')
      batch.end()
    })
    expect([sessionIn('batch'), sessionIn('afterwards')]).toEqual([undefined, undefined])
  })

  it('has none between the jobs, if it says that it is of a batch', async () => {
    const attributes = { 'messaging.batch.message_count': 2 }
    await tracing.tracer.startActiveSpan('batch', { kind: SpanKind.CONSUMER, attributes }, async (batch) => {
      await handle({ user: 'user_a' })
      span('between')
      await handle({ user: 'user_b' })
      batch.end()
    })
    expect([sessionIn('between'), sessionIn('batch')]).toEqual([undefined, undefined])
  })

  it('has the session of its jobs if they all have the same', async () => {
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await handle({ user: 'user_a' })
      await handle({ user: 'user_a' })
      consumer.end()
    })
    expect(sessionIn('consumer')).toBe('user_a_conv')
  })

  it('keeps the session that was set on it before', async () => {
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      setSpanSession(consumer, 'user_c_conv')
      await handle({ user: 'user_a' })
      span('afterwards')
      consumer.end()
    })
    expect(['work of user_a', 'consumer', 'afterwards'].map(sessionIn)).toEqual([
      'user_a_conv',
      'user_c_conv',
      'user_c_conv',
    ])
  })

  it('passes nothing on from the job before to one that states no ID, and has the fields of none', async () => {
    const handleAs = sessions({ session: ({ session }: { session: Answer }) => session })
    const job = (session: Answer, name: string) => handleAs(async () => span(name))({ session })
    const loop = (name: string, run: () => Promise<void>) =>
      tracing.tracer.startActiveSpan(name, { kind: SpanKind.CONSUMER }, async (consumer) => {
        await run()
        consumer.end()
      })
    const userA = { ...sessionOf('user_a'), tags: ['vip'] }
    await loop('of a and nobody', async () => {
      await job(userA, 'of a')
      await job(undefined, 'of nobody')
      await job({}, 'of an empty object')
    })
    const ofA = { 'session.id': 'user_a_conv', 'user.id': 'user_a', 'tag.tags': ['vip'] }
    const found = tracing.exportedSpans()
    expect(found).toMatchObject({ 'of a': ofA, 'of a and nobody': ofA })
    expect([found['of nobody'], found['of an empty object']]).toEqual([{}, {}])

    await loop('of a and b', async () => {
      await job(userA, 'of a')
      await job({ userId: 'user_b' }, 'of b')
      await job(undefined, 'of nobody again')
    })
    await loop('of two users', async () => {
      await job({ userId: 'user_a' }, 'of user a')
      await job({ userId: 'user_b' }, 'of user b')
      await job(undefined, 'of no user')
    })
    expect(tracing.exportedSpans()).toMatchObject({
      'of b': { 'user.id': 'user_b' },
      'of user a': { 'user.id': 'user_a' },
      'of user b': { 'user.id': 'user_b' },
    })
    const { 'of b': b, ...others } = tracing.exportedSpans()
    expect(b).not.toHaveProperty('session.id')
    for (const name of ['of a and b', 'of nobody again', 'of two users', 'of no user']) {
      expect(others[name]).toEqual({})
    }
  })

  it('has the session that an alias of one of its spans names, also beside other jobs', async () => {
    await tracing.tracer.startActiveSpan('loop', { kind: SpanKind.CONSUMER }, async (loop) => {
      await known(async () => {})({ user: 'user_a' })
      await sessions({ session: () => undefined })(async () =>
        tracing.tracer.startSpan('agent', { attributes: { thread_id: 'thread_b' } }).end(),
      )({})
      loop.end()
    })
    expect(sessionIn('agent')).toBe('thread_b')
  })

  it('gets the fields of a job that states no ID, and then the session of one that states one', async () => {
    const handleAs = sessions({ session: ({ session }: { session: Answer }) => session })
    await tracing.tracer.startActiveSpan('of c', { kind: SpanKind.CONSUMER }, async (consumer) => {
      setSpanSession(consumer, 'user_c_conv')
      await handleAs(async () => {})({ session: { tags: ['job'] } })
      span('afterwards')
      consumer.end()
    })
    await tracing.tracer.startActiveSpan('of a', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await handleAs(async () => {})({ session: {} })
      await handleAs(async () => {})({ session: 'user_a_conv' })
      consumer.end()
    })
    expect(tracing.exportedSpans()).toEqual({
      'of c': { 'session.id': 'user_c_conv', 'tag.tags': ['job'] },
      afterwards: { 'session.id': 'user_c_conv', 'tag.tags': ['job'] },
      'of a': { 'session.id': 'user_a_conv' },
    })
  })

  it('passes its session on to a job that its own job runs, and that states nothing', async () => {
    const step = sessions({ session: () => undefined })(async () => span('step'))
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await known(() => step({}))({ user: 'user_a' })
      consumer.end()
    })
    expect(sessionIn('step')).toBe('user_a_conv')
  })

  it('is still the active span of a job that states null', async () => {
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await known(async () => {})({ user: 'user_a' })
      await sessions({ session: () => null })(async () => {
        expect(trace.getActiveSpan()).toBe(consumer)
      })({})
      consumer.end()
    })
  })

  it('is not cleared by a job that the code in a session runs', async () => {
    await tracing.tracer.startActiveSpan('consumer', { kind: SpanKind.CONSUMER }, async (consumer) => {
      await usingSession('user_c_conv', () => handle({ user: 'user_a' }))
      await known(async () => {})({ user: 'user_c' })
      span('afterwards')
      consumer.end()
    })
    expect(sessionIn('work of user_a')).toBe('user_a_conv')
    expect(sessionIn('afterwards')).toBe('user_c_conv')
  })
})

describe('a job below a request that is over, which has started its queue and whose scope is bypassed', () => {
  it.each<[what: string, answer: Answer, expected: object]>([
    ['an ID', 'user_b_conv', { 'session.id': 'user_b_conv' }],
    ['a user', { userId: 'user_b' }, { 'user.id': 'user_b' }],
    ['nothing', undefined, {}],
    ['null', null, {}],
  ])('has nothing of that: %s', async (_, answer, expected) => {
    const later = tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
      setSpanSession(server, { ...sessionOf('user_a'), tags: ['vip'] })
      server.end()
      return context.bind(context.active(), () =>
        sessions({ session: async () => answer })(async () => span('work'))({}),
      )
    })
    await later()
    expect(tracing.exportedSpans()['work']).toEqual(expected)
  })
})

describe('a job without a session', () => {
  const run = (session: (job: Job) => never) =>
    usingSession('outer', () => sessions({ session })(current)({ user: 'user_a' }))

  it('runs without one, also if nothing is stated', () => {
    expect(run(() => null as never)).toBeUndefined()
    expect(run(() => undefined as never)).toBeUndefined()
  })

  it('runs without one if the option fails, which is logged with the name of the helper', () => {
    const session = () => {
      throw new Error('secret')
    }
    expect(run(session)).toBeUndefined()
    expect(warnings.join()).toContain(
      'otel-sessions/worker: the option session threw (Error); the job has no session',
    )
  })
})

it('a wrong option or handler is named, and its value is not', () => {
  expect(() => sessions({ session: 'user_a_conv' as never })).toThrow(
    'otel-sessions/worker: sessions: option session must be a function, it is a string of 11 characters',
  )
  expect(() => known('handler.js' as never)).toThrow(
    'otel-sessions/worker: sessions(options)(handler): handler must be a function, it is a string of 10 characters',
  )
})
