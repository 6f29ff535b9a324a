import { context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { SESSION_RECORD } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { startCollector } from '../../../../demo/support/collector.ts'
import { startTracing, stopTracing } from '../../../../test/support/tracing.ts'
import { endedSpans } from '../support.ts'

afterEach(stopTracing)

/** A provider with the gate alone: somebody else stamps, or nobody. */
function gateAlone(options?: ConstructorParameters<typeof SessionSpanExporter>[1]) {
  const memory = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(memory, options)
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const ship = (attributes: Record<string, unknown>) => {
    memory.reset()
    provider
      .getTracer('test')
      .startSpan('span', { attributes: attributes as never }, ROOT_CONTEXT)
      .end()
    return memory.getFinishedSpans()[0]?.attributes
  }
  return { exporter, ship }
}

describe('the gate without a record of the processor', () => {
  it('drops an invalid session.id, never the span, and counts the reason', () => {
    const { exporter, ship } = gateAlone()
    expect(ship({ 'session.id': 'café', a: 1 })).toEqual({ a: 1 })
    expect(ship({ 'session.id': 'x'.repeat(200) })).toEqual({})
    expect(ship({ 'session.id': 'ok_1' })).toEqual({ 'session.id': 'ok_1' })
    expect(exporter.stats()).toMatchObject({
      spans: 3,
      changed: 2,
      dropped: { 'not-ascii': 1, 'too-long': 1 },
    })
  })

  it('gives a span with an alias its session.id, also in place of an invalid one', () => {
    const { exporter, ship } = gateAlone()
    expect(ship({ thread_id: 't1' })).toEqual({ thread_id: 't1', 'session.id': 't1' })
    expect(ship({ 'session.id': 'é', thread_id: 't1' })).toEqual({ thread_id: 't1', 'session.id': 't1' })
    expect(exporter.stats().dropped).toEqual({ 'not-ascii': 1 })
  })

  it('looks for no alias in a metadata of more than 32 kB, and counts it', () => {
    const { exporter, ship } = gateAlone()
    const metadata = JSON.stringify({ thread_id: 't1', long: 'x'.repeat(32_768) })
    expect(ship({ metadata })).toEqual({ metadata })
    expect(exporter.stats()).toMatchObject({ changed: 0, metadataNotRead: 1 })
  })

  it('takes another alias table, and a shorter limit', () => {
    const { ship } = gateAlone({ aliases: ['app.chat'], maxLength: 4 })
    expect(ship({ thread_id: 't1' })).toEqual({ thread_id: 't1' })
    expect(ship({ 'app.chat': 'c1' })).toEqual({ 'app.chat': 'c1', 'session.id': 'c1' })
    expect(ship({ 'session.id': 'longer' })).toEqual({})
  })
})

describe('the gate with the record', () => {
  it('applies a limit shorter than the processor’s', () => {
    context.disable()
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory, { maxLength: 8 })
    const provider = new BasicTracerProvider({
      spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
    })
    provider
      .getTracer('test')
      .startSpan('span', { attributes: { 'session.id': 'user_123_conv_456' } })
      .end()
    expect(memory.getFinishedSpans()[0]?.attributes).toEqual({})
    expect(exporter.stats().dropped).toEqual({ 'too-long': 1 })
  })

  it('restores what another processor wrote over the stated session after ours had run', () => {
    const late = {
      onStart() {},
      onEnding: (span: { setAttribute(key: string, value: string): unknown }) =>
        span.setAttribute('session.id', 'other_1'),
      onEnd() {},
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    const { tracer, shipped, exporter } = startTracing(
      {},
      { spanProcessors: [new SessionSpanProcessor(), late] },
    )
    usingSession('user_1_conv_1', () => tracer.startSpan('span').end())
    expect(shipped()['span']).toEqual({
      'session.id': 'user_1_conv_1',
      'otel_sessions.overwritten_id': 'other_1',
    })
    expect(exporter.stats().conflicts).toBe(1)
  })
})

describe('a session.id written after our late rules had run', () => {
  const late = {
    onStart() {},
    onEnding: (span: { setAttribute(key: string, value: string): unknown }) =>
      span.setAttribute('session.id', 'later_1'),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }

  it('counts on a span that is in no session, and on one that had a hint', () => {
    const { tracer, sessions } = startTracing({}, { spanProcessors: [new SessionSpanProcessor(), late] })
    tracer.startSpan('bare').end()
    tracer.startSpan('hinted', { attributes: { thread_id: 't1' } }).end()
    expect(sessions()).toEqual({ bare: 'later_1', hinted: 'later_1' })
  })
})

describe('a stated ID that is too long for the gate', () => {
  it('is counted as dropped also where the SDK had no room for it', () => {
    context.disable()
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory, { maxLength: 8 })
    const { tracer } = startTracing(
      {},
      {
        spanLimits: { attributeCountLimit: 1 },
        spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
      },
    )
    usingSession('user_123_conv_456', () => tracer.startSpan('full', { attributes: { a: 1 } }).end())
    expect(memory.getFinishedSpans()[0]?.attributes).toEqual({ a: 1 })
    expect(exporter.stats().dropped).toEqual({ 'too-long': 1 })
  })
})

describe('a record of another version', () => {
  it('is not read: the attributes alone decide', () => {
    const memory = new InMemorySpanExporter()
    const [span] = endedSpans((tracer) => tracer.startSpan('span', { attributes: { thread_id: 't1' } }).end())
    Object.assign(span?.spanContext() as object, { [SESSION_RECORD]: { version: 2, kind: 'cleared' } })
    new SessionSpanExporter(memory).export([span as never], () => {})
    expect(memory.getFinishedSpans()[0]?.attributes['session.id']).toBe('t1')
  })
})

describe('views, never mutation', () => {
  it('another processor on the same provider still sees the SDK’s own attributes', () => {
    const other = new InMemorySpanExporter()
    const memory = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor(new SessionSpanExporter(memory)),
        new SimpleSpanProcessor(other),
      ],
    })
    provider
      .getTracer('test')
      .startSpan('span', { attributes: { 'session.id': 'é', thread_id: 't1' } })
      .end()
    expect(memory.getFinishedSpans()[0]?.attributes).toEqual({ 'session.id': 't1', thread_id: 't1' })
    expect(other.getFinishedSpans()[0]?.attributes).toEqual({ 'session.id': 'é', thread_id: 't1' })
  })

  it('a span that needs no change is handed on as it is, in the same batch', () => {
    const memory = new InMemorySpanExporter()
    const spans: unknown[] = []
    const provider = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: () => {},
          onEnd: (span) => spans.push(span),
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
    })
    const tracer = provider.getTracer('test')
    tracer.startSpan('same', { attributes: { 'session.id': 's1' } }).end()
    tracer.startSpan('changed', { attributes: { thread_id: 't1' } }).end()
    new SessionSpanExporter(memory).export(spans as never, () => {})
    expect(memory.getFinishedSpans()[0]).toBe(spans[0])
    expect(memory.getFinishedSpans()[1]).not.toBe(spans[1])
  })

  it('looks like the span in all that OTLP ships, over a real socket', async () => {
    const collector = await startCollector()
    const otlp = new OTLPTraceExporter({ url: collector.url })
    const plain = new OTLPTraceExporter({ url: collector.url })
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor(new SessionSpanExporter(otlp)),
        new SimpleSpanProcessor(plain),
      ],
    })
    const span = provider
      .getTracer('scope', '1.2.3')
      .startSpan('span', { kind: SpanKind.CLIENT, attributes: { thread_id: 't1', a: [1, 2] } })
    span.addEvent('event', { b: true })
    span.setStatus({ code: 2, message: 'broken' })
    span.end()
    await provider.forceFlush()
    await provider.shutdown()
    const [first, second] = collector
      .spans()
      .sort((a, b) => Number('session.id' in a.attributes) - Number('session.id' in b.attributes))
    await collector.close()
    expect(second).toEqual({ ...first, attributes: { ...first?.attributes, 'session.id': 't1' } })
  })
})
