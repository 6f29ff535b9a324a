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

/** A provider with our exporter and without our processor. */
function startWithoutProcessor(options?: ConstructorParameters<typeof SessionSpanExporter>[1]) {
  const memory = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(memory, options)
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const exported = (attributes: Record<string, unknown>) => {
    memory.reset()
    provider
      .getTracer('test')
      .startSpan('span', { attributes: attributes as never }, ROOT_CONTEXT)
      .end()
    return memory.getFinishedSpans()[0]?.attributes
  }
  return { exporter, exported }
}

describe('validation without a record', () => {
  it('drops an invalid session.id but not the span, and counts the reason', () => {
    const { exporter, exported } = startWithoutProcessor()
    expect(exported({ 'session.id': 'café', a: 1 })).toEqual({ a: 1 })
    expect(exported({ 'session.id': 'x'.repeat(200) })).toEqual({})
    expect(exported({ 'session.id': 'ok_1' })).toEqual({ 'session.id': 'ok_1' })
    expect(exporter.stats()).toMatchObject({
      spans: 3,
      changed: 2,
      dropped: { 'not-ascii': 1, 'too-long': 1 },
    })
  })

  it('sets session.id by an alias, also in place of an invalid one', () => {
    const { exporter, exported } = startWithoutProcessor()
    expect(exported({ thread_id: 't1' })).toEqual({ thread_id: 't1', 'session.id': 't1' })
    expect(exported({ 'session.id': 'é', thread_id: 't1' })).toEqual({ thread_id: 't1', 'session.id': 't1' })
    expect(exporter.stats().dropped).toEqual({ 'not-ascii': 1 })
  })

  it.each(['metadata', 'thread_id'])('drops an invalid session.id where reading %s throws', (hostile) => {
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory)
    const [span] = endedSpans((tracer) => tracer.startSpan('span').end())
    for (const id of ['not ascii: é', 42, 'valid', undefined]) {
      const attributes = Object.defineProperty({ 'session.id': id, a: 1 }, hostile, {
        get(): never {
          throw new Error('unreadable')
        },
      })
      exporter.export([Object.create(span as object, { attributes: { value: attributes } })], () => {})
    }
    const exported = memory.getFinishedSpans().map(({ attributes }) => attributes)
    expect(exported.map((attributes) => [attributes['session.id'], attributes['a']])).toEqual([
      [undefined, 1],
      [undefined, 1],
      ['valid', 1],
      [undefined, 1],
    ])
  })

  it('reads no alias in metadata of more than 32 kB, and counts that', () => {
    const { exporter, exported } = startWithoutProcessor()
    const metadata = JSON.stringify({ thread_id: 't1', long: 'x'.repeat(32_768) })
    expect(exported({ metadata })).toEqual({ metadata })
    expect(exporter.stats()).toMatchObject({ changed: 0, metadataNotRead: 1 })
  })

  it('can have another alias table and a shorter limit', () => {
    const { exported } = startWithoutProcessor({ aliases: ['app.chat'], maxLength: 4 })
    expect(exported({ thread_id: 't1' })).toEqual({ thread_id: 't1' })
    expect(exported({ 'app.chat': 'c1' })).toEqual({ 'app.chat': 'c1', 'session.id': 'c1' })
    expect(exported({ 'session.id': 'longer' })).toEqual({})
  })
})

describe('validation with a record', () => {
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

  it('restores an explicit session that another processor overwrote after ours', () => {
    const late = {
      onStart() {},
      onEnding: (span: { setAttribute(key: string, value: string): unknown }) =>
        span.setAttribute('session.id', 'other_1'),
      onEnd() {},
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    const { tracer, exportedSpans, exporter } = startTracing(
      {},
      { spanProcessors: [new SessionSpanProcessor(), late] },
    )
    usingSession('user_1_conv_1', () => tracer.startSpan('span').end())
    expect(exportedSpans()['span']).toEqual({
      'session.id': 'user_1_conv_1',
      'otel_sessions.overwritten_id': 'other_1',
    })
    expect(exporter.stats().conflicts).toBe(1)
  })
})

describe('a session.id that is written after our late rules', () => {
  const late = {
    onStart() {},
    onEnding: (span: { setAttribute(key: string, value: string): unknown }) =>
      span.setAttribute('session.id', 'later_1'),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }

  it('is used for a span without a session, and for one with an inferred session', () => {
    const { tracer, sessions } = startTracing({}, { spanProcessors: [new SessionSpanProcessor(), late] })
    tracer.startSpan('unassigned').end()
    tracer.startSpan('inferred', { attributes: { thread_id: 't1' } }).end()
    expect(sessions()).toEqual({ unassigned: 'later_1', inferred: 'later_1' })
  })
})

describe('an explicit ID that is too long for the exporter', () => {
  it('is counted as dropped also if the SDK had no room for it', () => {
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
  it('is not read: the attributes decide', () => {
    const memory = new InMemorySpanExporter()
    const [span] = endedSpans((tracer) => tracer.startSpan('span', { attributes: { thread_id: 't1' } }).end())
    Object.assign(span?.spanContext() as object, { [SESSION_RECORD]: { version: 1, kind: 'cleared' } })
    new SessionSpanExporter(memory).export([span as never], () => {})
    expect(memory.getFinishedSpans()[0]?.attributes['session.id']).toBe('t1')
  })
})

describe('views', () => {
  it('leave the SDK’s attributes to the other processors of the provider', () => {
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

  it('replace only the spans of a batch that change', () => {
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

  it('are serialized like the span, over a real socket', async () => {
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
