import { SpanStatusCode, trace } from '@opentelemetry/api'
import { getSession, usingSession } from '@otel-sessions/processor'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import { problems, startApplication } from '../support.ts'

afterEach(stopTracing)

function startOne() {
  const application = startApplication()
  const session = startSession(
    { sessionId: 'user_1_conv_1', userId: 'user_1', tags: ['web'] },
    { tracerProvider: application.tracerProvider },
  )
  return { ...application, session }
}

const STATED = { 'session.id': 'user_1_conv_1', 'user.id': 'user_1', 'tag.tags': ['web'] }

describe('run', () => {
  it('runs in the session, with its user and its tags, and gives back what the function gives', async () => {
    const { session, tracer, one } = startOne()
    expect(session.run(() => getSession()?.sessionId)).toBe('user_1_conv_1')
    await session.run(async () => {
      await Promise.resolve()
      tracer.startSpan('work').end()
    })
    expect(one('work').attributes).toEqual(STATED)
    expect(getSession()).toBeUndefined()
  })

  it('lets an error pass, and the session goes on', () => {
    const { session, names } = startOne()
    expect(() => session.run(() => fail())).toThrow('hostile')
    expect(session.ended).toBeUndefined()
    expect(names()).toEqual(['session.start'])
  })

  it('nests as usingSession does', () => {
    const { session, tracer, one } = startOne()
    usingSession({ sessionId: 'another-1', tags: ['outer'] }, () =>
      session.run(() => usingSession({ tags: ['inner'] }, () => tracer.startSpan('work').end())),
    )
    expect(one('work').attributes).toEqual({ ...STATED, 'tag.tags': ['outer', 'web', 'inner'] })
  })

  it('names the bare request in which it runs', () => {
    const { session, tracer, one } = startOne()
    tracer.startActiveSpan('request', (request) => {
      session.run(() => {})
      request.end()
    })
    expect(one('request').attributes['session.id']).toBe('user_1_conv_1')
  })

  it.each(['run', 'trace'] as const)('%s takes nothing but a function', (method) => {
    const { session } = startOne()
    const call = session[method] as (...args: unknown[]) => unknown
    expect(() => call('turn', 'turn')).toThrow(TypeError)
  })
})

describe('trace', () => {
  it('makes a root span in a trace of its own, and what runs in it is below it and in the session', () => {
    const { session, tracer, one } = startOne()
    tracer.startActiveSpan('request', (request) => {
      const result = session.trace(
        'turn',
        (span) => {
          expect(trace.getActiveSpan()).toBe(span)
          tracer.startSpan('work').end()
          return 'answer'
        },
        { attributes: { turn: 1 } },
      )
      expect(result).toBe('answer')
      request.end()
    })
    const [turn, work] = [one('turn'), one('work')]
    expect(turn.parentSpanContext).toBeUndefined()
    expect(turn.spanContext().traceId).not.toBe(one('request').spanContext().traceId)
    expect(work.parentSpanContext?.spanId).toBe(turn.spanContext().spanId)
    expect(turn.attributes).toEqual({ ...STATED, turn: 1 })
    expect(work.attributes).toEqual(STATED)
    expect(one('request').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('ends with what the Promise says, and not before', async () => {
    const { session, named } = startOne()
    let resolve = (_: string) => {}
    const answer = new Promise<string>((settle) => {
      resolve = settle
    })
    const turn = session.trace('turn', () => answer)
    expect(named('turn')).toEqual([])
    resolve('answer')
    expect(await turn).toBe('answer')
    expect(named('turn')).toHaveLength(1)
  })

  it.each([
    ['thrown', () => fail()],
    ['that its Promise rejects with', async () => fail()],
  ])('notes an error %s on the span, and hands it on unchanged', async (_, fn) => {
    const { session, one } = startOne()
    let caught: unknown
    try {
      await session.trace('turn', fn)
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(HOSTILE)
    expect(one('turn').status).toEqual({ code: SpanStatusCode.ERROR, message: 'hostile' })
    expect(one('turn').events[0]?.attributes).toMatchObject({ 'exception.message': 'hostile' })
    expect(session.ended).toBeUndefined()
  })

  it.each([[undefined], [null], ['text'], [Object.create(null)], [Symbol('it')]])(
    'hands on whatever is thrown: %s',
    (thrown) => {
      const { session, one } = startOne()
      let caught: unknown = 'nothing'
      try {
        session.trace('turn', () => {
          throw thrown
        })
      } catch (error) {
        caught = error
      }
      expect(caught).toBe(thrown)
      expect(one('turn').status.code).toBe(SpanStatusCode.ERROR)
    },
  )

  it('leaves alone a span that the function has ended', () => {
    const { session, one } = startOne()
    expect(problems(() => session.trace('turn', (span) => span.end()))).toEqual({})
    expect(() =>
      session.trace('failed turn', (span) => {
        span.end()
        fail()
      }),
    ).toThrow('hostile')
    expect(one('turn').ended).toBe(true)
    expect(one('failed turn').events).toEqual([])
  })

  it('hands back a lazy Promise untouched, and its span is over with the call', async () => {
    const { session, one } = startOne()
    let asked = 0
    const lazy = {
      // biome-ignore lint/suspicious/noThenProperty: what a lazy Promise is
      then(resolve: (value: string) => void) {
        asked++
        resolve('answer')
      },
    }
    expect(session.trace('turn', () => lazy)).toBe(lazy)
    expect(asked).toBe(0)
    expect(one('turn').ended).toBe(true)
    // In an async function it is awaited inside.
    expect(await session.trace('awaited', async () => await lazy)).toBe('answer')
    expect(asked).toBe(1)
  })

  it('of a name that is none is called trace', () => {
    const { session, one } = startOne()
    expect(problems(() => session.trace(undefined as never, () => 1))).toEqual({
      'session-trace:bad-name': 1,
    })
    expect(one('trace').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('keeps several sessions apart that run at the same time', async () => {
    const { tracerProvider, tracer, named } = startApplication()
    const sessions = Array.from({ length: 20 }, (_, index) =>
      startSession({ sessionId: `user_${index}_conv_1`, tags: [`tag ${index}`] }, { tracerProvider }),
    )
    await Promise.all(
      sessions.map((session) =>
        session.trace('turn', async () => {
          for (let step = 0; step < 5; step++) {
            await new Promise((resolve) => setImmediate(resolve))
            tracer.startSpan('step', { attributes: { expected: session.id } }).end()
          }
        }),
      ),
    )
    expect(named('step')).toHaveLength(100)
    for (const { attributes } of named('step')) expect(attributes['session.id']).toBe(attributes['expected'])
  })
})

const HOSTILE = new Error('hostile')
function fail(): never {
  throw HOSTILE
}
