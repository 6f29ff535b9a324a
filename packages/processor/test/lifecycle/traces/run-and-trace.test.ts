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

const STAMPED = { 'session.id': 'user_1_conv_1', 'user.id': 'user_1', 'tag.tags': ['web'] }

describe('run', () => {
  it('runs in the session, with its user and tags, and returns what the function returns', async () => {
    const { session, tracer, one } = startOne()
    expect(session.run(() => getSession()?.sessionId)).toBe('user_1_conv_1')
    await session.run(async () => {
      await Promise.resolve()
      tracer.startSpan('work').end()
    })
    expect(one('work').attributes).toEqual(STAMPED)
    expect(getSession()).toBeUndefined()
  })

  it('throws the error of the function, and does not end the session', () => {
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
    expect(one('work').attributes).toEqual({ ...STAMPED, 'tag.tags': ['outer', 'web', 'inner'] })
  })

  it('gives its session to the span without one around it', () => {
    const { session, tracer, one } = startOne()
    tracer.startActiveSpan('request', (request) => {
      session.run(() => {})
      request.end()
    })
    expect(one('request').attributes['session.id']).toBe('user_1_conv_1')
  })

  it.each(['run', 'trace'] as const)('%s throws where fn is not a function', (method) => {
    const { session } = startOne()
    const call = session[method] as (...args: unknown[]) => unknown
    expect(() => call('turn', 'turn')).toThrow(TypeError)
  })
})

describe('trace', () => {
  it('starts a root span of a new trace, and spans inside are its children, in the session', () => {
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
    expect(turn.attributes).toEqual({ ...STAMPED, turn: 1 })
    expect(work.attributes).toEqual(STAMPED)
    expect(one('request').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('ends its span when the Promise settles', async () => {
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
    ['of a rejected Promise', async () => fail()],
  ])('records an error %s on the span, and throws it on', async (_, fn) => {
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
    'throws on any value: %s',
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

  it('does not touch a span that the function ended', () => {
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

  it('returns a lazy Promise untouched, and ends its span at once', async () => {
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
    // An async function awaits it.
    expect(await session.trace('awaited', async () => await lazy)).toBe('answer')
    expect(asked).toBe(1)
  })

  it('is named trace where the name is invalid', () => {
    const { session, one } = startOne()
    expect(problems(() => session.trace(undefined as never, () => 1))).toEqual({
      'session-trace:bad-name': 1,
    })
    expect(one('trace').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('keeps concurrent sessions apart', async () => {
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
