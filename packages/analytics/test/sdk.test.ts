import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { expect, test } from 'vitest'
import { type ExportResult, SessionAnalytics } from '../src/index.ts'
import { chat, EPOCH, spanMaker } from './support/spans.ts'

/** A request that calls a model. Its session is an alias, which only the exporter reads. */
function turn(provider: BasicTracerProvider, session: Record<string, string>): void {
  const tracer = provider.getTracer('test')
  const root = tracer.startSpan('POST /chat', { attributes: session, startTime: EPOCH }, ROOT_CONTEXT)
  const attributes = { ...session, ...(chat('m', 10, 5) as Record<string, string | number>) }
  tracer
    .startSpan('chat m', { attributes, startTime: EPOCH + 1 }, trace.setSpan(ROOT_CONTEXT, root))
    .end(EPOCH + 900)
  root.setStatus({ code: SpanStatusCode.ERROR })
  root.end(EPOCH + 1_000)
}

const EXPECTED = {
  traces: 1,
  spans: 2,
  llmCalls: 1,
  errors: 1,
  durationMillis: 1_000,
  tokens: { input: 10, output: 5, total: 15 },
}

test('a span processor counts spans that have the session when they end', async () => {
  const analytics = new SessionAnalytics()
  const processor: SpanProcessor = analytics
  const provider = new BasicTracerProvider({ spanProcessors: [processor] })
  turn(provider, { 'session.id': 'conv_1' })
  expect(analytics.stats('conv_1')).toMatchObject(EXPECTED)
  await provider.shutdown()
  expect(analytics.stats('conv_1')).toMatchObject(EXPECTED)
})

test('as processor and exporter, a span whose session only the exporter finds counts when it is exported, and its usage once', async () => {
  const memory = new InMemorySpanExporter()
  const analytics = new SessionAnalytics()
  const exporter = new SessionSpanExporter<ReadableSpan>(analytics.exporter<ReadableSpan>(memory))
  const provider = new BasicTracerProvider({
    spanProcessors: [analytics as SpanProcessor, new BatchSpanProcessor(exporter)],
  })
  turn(provider, { thread_id: 'conv_2' })
  expect(analytics.stats('conv_2')).toBeUndefined()
  await provider.forceFlush()
  expect(analytics.stats('conv_2')).toMatchObject(EXPECTED)
  for (const span of memory.getFinishedSpans()) analytics.onEnd(span)
  expect(analytics.stats('conv_2')).toMatchObject(EXPECTED)
  await provider.shutdown()
})

test('behind the exporter it counts what is exported, and as processor and exporter it counts once', async () => {
  const memory = new InMemorySpanExporter()
  const analytics = new SessionAnalytics()
  const exporter = new SessionSpanExporter<ReadableSpan>(analytics.exporter<ReadableSpan>(memory))
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  turn(provider, { thread_id: 'conv_2' })
  await provider.forceFlush()
  expect(analytics.stats('conv_2')).toMatchObject(EXPECTED)
  for (const span of memory.getFinishedSpans()) analytics.onEnd(span)
  expect(analytics.stats('conv_2')).toMatchObject(EXPECTED)
  expect(analytics.counters().repeated).toBe(2)
})

test('a batch reaches the exporter in the same call, and the callback runs once, whatever the exporter does', () => {
  const analytics = new SessionAnalytics()
  const spans = [spanMaker()('s')]
  const results: ExportResult[] = []
  const noShutdown = async () => {}
  const twice = analytics.exporter({
    export(all, callback) {
      expect(all).toBe(spans)
      callback({ code: 0 })
      callback({ code: 1 })
    },
    shutdown: noShutdown,
  })
  twice.export(spans, (result) => results.push(result))
  expect(results).toEqual([{ code: 0 }])
  const throwing = analytics.exporter({
    export() {
      throw new Error('rejected')
    },
    shutdown: noShutdown,
  })
  throwing.export(spans, (result) => results.push(result))
  expect(results[1]).toMatchObject({ code: 1, error: { message: 'rejected' } })
  expect(analytics.stats('s')?.spans).toBe(1)
  twice.export(undefined as never, () => {
    throw new Error('a bug of the processor')
  })
  expect(() => analytics.exporter({} as never)).toThrow(/needs a span exporter/)
})

test('metrics are recorded once for a session, without its ID, its user or its tags', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const analytics = new SessionAnalytics({
    meterProvider,
    maxSessions: 2,
    prices: { m: { input: 1, output: 1 } },
  })
  const span = spanMaker()
  const people = { 'user.id': 'SECRET-user', 'tag.tags': ['SECRET-tag'] }
  analytics.onEnd(span('SECRET-1', { end: 4_000, attributes: { ...chat('m', 1_000, 500), ...people } }))
  const silent = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  analytics.onEnd(span('SECRET-1', { end: 4_000, attributes: silent }))
  analytics.onEnd(span('SECRET-1', { name: 'session.end', attributes: { 'session.end.state': 'success' } }))
  await analytics.forceFlush()
  for (const id of ['SECRET-2', 'SECRET-3', 'SECRET-4']) analytics.onEnd(span(id))
  await analytics.forceFlush()
  await reader.forceFlush()
  const metrics = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? []
  const points = metrics.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => {
      const { sum, count } = value as { sum: number; count: number }
      return { name: descriptor.name, unit: descriptor.unit, attributes, sum, count }
    }),
  )
  const success = { 'session.end.state': 'success' }
  expect(points).toContainEqual({
    name: 'session.duration',
    unit: 's',
    attributes: success,
    sum: 4,
    count: 1,
  })
  expect(points).toContainEqual({
    name: 'session.tokens',
    unit: '{token}',
    attributes: { ...success, 'gen_ai.request.model': 'm', 'gen_ai.token.type': 'input' },
    sum: 1_000,
    count: 1,
  })
  expect(points).toContainEqual({
    name: 'session.cost',
    unit: '{USD}',
    attributes: success,
    sum: 0.0015,
    count: 1,
  })
  expect(points).toContainEqual({
    name: 'session.calls_without_usage',
    unit: '{call}',
    attributes: success,
    sum: 1,
    count: 1,
  })
  // SECRET-1 was recorded when it ended, and is not recorded again when it is removed; SECRET-2 has no end.
  expect(
    points.find(
      ({ attributes, name }) => name === 'session.traces' && attributes['session.end.state'] === 'none',
    )?.count,
  ).toBe(1)
  expect(JSON.stringify(points)).not.toContain('SECRET')
  await meterProvider.shutdown()
})
