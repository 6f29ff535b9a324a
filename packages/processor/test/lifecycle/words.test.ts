import { SpanKind } from '@opentelemetry/api'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { startApplication } from './support.ts'

afterEach(stopTracing)

const INIT = { id: 'user_1_conv_1', userId: 'user_1', tags: ['web'], metadata: { plan: 'pro' } }
const STATED = {
  'session.id': 'user_1_conv_1',
  'user.id': 'user_1',
  'tag.tags': ['web'],
  metadata: '{"plan":"pro"}',
}

describe('a word of a session', () => {
  it.each([
    ['with our processor', {}],
    ['without it', { spanProcessors: [] }],
  ])('carries the session, the user, the tags and the metadata, %s', (_, config) => {
    const { tracerProvider, one } = startApplication(config)
    const session = startSession(
      { ...INIT, name: 'Checkout', previousSessionId: 'user_1_conv_0' },
      { tracerProvider },
    )
    session.end({ state: 'success', reason: 'paid' })
    expect(one('session.start').attributes).toEqual({
      ...STATED,
      'session.name': 'Checkout',
      'session.previous_id': 'user_1_conv_0',
    })
    expect(one('session.end').attributes).toEqual({
      ...STATED,
      'session.end.state': 'success',
      'session.end.reason': 'paid',
    })
  })

  it('is a root span without a duration, also where it is said inside another span', () => {
    const { tracerProvider, tracer, one } = startApplication()
    const session = startSession(INIT, { tracerProvider })
    tracer.startActiveSpan('request', (request) => {
      session.event('paid', { amount: 3 })
      request.end()
    })
    const word = one('session.event')
    expect(word.parentSpanContext).toBeUndefined()
    expect(word.spanContext().traceId).not.toBe(one('request').spanContext().traceId)
    expect(word.kind).toBe(SpanKind.INTERNAL)
    expect(word.duration).toEqual([0, 0])
    expect(word.instrumentationScope.name).toBe('@otel-sessions/processor/lifecycle')
    expect(word.attributes).toEqual({
      ...STATED,
      'session.event.name': 'paid',
      'session.event.data': '{"amount":3}',
    })
  })
})
