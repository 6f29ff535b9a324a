import { type Context, context, createContextKey, SpanKind } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SamplingDecision,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { getSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { startApplication } from './support.ts'

afterEach(stopTracing)

// As `suppressTracing` of @opentelemetry/core sets it.
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

const INIT = { sessionId: 'user_1_conv_1', userId: 'user_1', tags: ['web'], metadata: { plan: 'pro' } }
const STAMPED = {
  'session.id': 'user_1_conv_1',
  'user.id': 'user_1',
  'tag.tags': ['web'],
  metadata: '{"plan":"pro"}',
}

describe('a session span', () => {
  it.each([
    ['with SessionSpanProcessor', {}],
    ['without it', { spanProcessors: [] }],
  ])('has the session, the user, the tags and the metadata, %s', (_, config) => {
    const { tracerProvider, one } = startApplication(config)
    const session = startSession(
      { ...INIT, name: 'Checkout', previousSessionId: 'user_1_conv_0' },
      { tracerProvider },
    )
    session.end({ state: 'success', reason: 'paid' })
    expect(one('session.start').attributes).toEqual({
      ...STAMPED,
      'session.name': 'Checkout',
      'session.previous_id': 'user_1_conv_0',
    })
    expect(one('session.end').attributes).toEqual({
      ...STAMPED,
      'session.end.state': 'success',
      'session.end.reason': 'paid',
    })
  })

  it('is a root span without a duration, inside another span, too', () => {
    const { tracerProvider, tracer, one } = startApplication()
    const session = startSession(INIT, { tracerProvider })
    tracer.startActiveSpan('request', (request) => {
      session.event('paid', { amount: 3 })
      request.end()
    })
    const span = one('session.event')
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext().traceId).not.toBe(one('request').spanContext().traceId)
    expect(span.kind).toBe(SpanKind.INTERNAL)
    expect(span.duration).toEqual([0, 0])
    expect(span.instrumentationScope.name).toBe('@otel-sessions/processor/lifecycle')
    expect(span.attributes).toEqual({
      ...STAMPED,
      'session.event.name': 'paid',
      'session.event.data': '{"amount":3}',
    })
  })

  it('is emitted where tracing is suppressed, as exporters do for their requests', () => {
    const { tracerProvider, tracer, names } = startApplication()
    const session = startSession(INIT, { tracerProvider })
    const suppressed = context.active().setValue(SUPPRESSED, true)
    context.with(suppressed, () => {
      session.metric('turns', 1)
      tracer.startSpan('work').end()
    })
    expect(names()).toEqual(['session.start', 'session.metric'])
  })

  it('shows samplers its session in the context', () => {
    const seen: unknown[] = []
    const sampler = {
      shouldSample: (context: Context) => {
        seen.push(getSession(context)?.sessionId)
        return { decision: SamplingDecision.RECORD_AND_SAMPLED }
      },
    }
    const { tracerProvider } = startApplication({ sampler })
    startSession(INIT, { tracerProvider })
    expect(seen).toEqual(['user_1_conv_1'])
  })

  it('keeps its session when another processor overwrites the ID', () => {
    const intruder: SpanProcessor = {
      onStart: (span) => void span.setAttribute('session.id', 'of_the_device'),
      onEnd: () => {},
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    const { tracerProvider, one } = startApplication({
      spanProcessors: [new SessionSpanProcessor(), intruder],
    })
    startSession(INIT, { tracerProvider })
    expect(one('session.start').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('has the whole ID where the SDK truncates attributes, once SessionSpanExporter validated it', () => {
    const memory = new InMemorySpanExporter()
    const validating = new SimpleSpanProcessor(new SessionSpanExporter<ReadableSpan>(memory))
    const { tracerProvider } = startApplication({
      spanProcessors: [new SessionSpanProcessor(), validating],
      spanLimits: { attributeValueLengthLimit: 8 },
    })
    startSession(INIT, { tracerProvider })
    expect(memory.getFinishedSpans()[0]?.attributes['session.id']).toBe('user_1_conv_1')
  })
})
