import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import { type ExportResult, SessionSpanExporter, type SpanExporterLike } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { readRecord, SESSION_RECORD, SESSION_RECORD_VERSION } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ManualExporter, OK } from '../support.ts'
import { below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
  stopBackfilling()
})

const A = 'user_1_conv_1'

/** A provider with one span that waits in the exporter for a trace that does not end. */
function bufferOne(exporter: SpanExporter) {
  const batch = new BatchSpanProcessor(exporter, { maxExportBatchSize: 1 })
  const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), batch] })
  const tracer = provider.getTracer('test')
  below(tracer.startSpan('root'), tracer, 'fetch').end()
  return provider
}

describe('the waiting spans', () => {
  it('may be as many as allowed, all of one trace', async () => {
    const { tracer, provider, exporter } = startBackfilling({ maxSpans: 50_000 }, { processor: 'simple' })
    const root = tracer.startSpan('root')
    for (let count = 0; count < 50_000; count++) below(root, tracer, 'fetch').end()
    expect(exporter.stats().waiting).toBe(50_000)
    root.setAttribute('session.id', A)
    root.end()
    await provider.forceFlush()
    expect(exporter.stats()).toMatchObject({ spans: 50_001, backfilled: 50_000, waiting: 0 })
  })

  it('are exported in requests no larger than the batches of the processor', async () => {
    const sizes: number[] = []
    const delegate: SpanExporterLike<ReadableSpan> = {
      export: (spans, done) => {
        sizes.push(spans.length)
        done(OK)
      },
      shutdown: async () => {},
    }
    const exporter = new SessionSpanExporter(delegate, { backfill: backfill() })
    const batch = new BatchSpanProcessor(exporter, { maxExportBatchSize: 16 })
    const provider = new BasicTracerProvider({ spanProcessors: [batch, new SessionSpanProcessor()] })
    const tracer = provider.getTracer('test')
    const root = tracer.startSpan('root')
    for (let count = 0; count < 200; count++) below(root, tracer, 'fetch').end()
    await provider.forceFlush()
    expect(sizes.reduce((all, size) => all + size)).toBe(200)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16)
    root.end()
  })

  it.each([
    [true, [512, 512, 512, 512]],
    [false, [2_048]],
  ])('are exported in requests of at most 512 from batches of 2,048: %j', (backfills, sizes) => {
    const { tracer } = startBackfilling(undefined)
    const exported: number[] = []
    const exporter = new SessionSpanExporter<ReadableSpan>(
      {
        export: (spans, done) => {
          exported.push(spans.length)
          done(OK)
        },
        shutdown: async () => {},
      },
      { backfill: backfills ? backfill() : undefined },
    )
    const root = tracer.startSpan('root')
    const spans = Array.from({ length: 2_048 }, () => below(root, tracer, 'fetch'))
    const results: ExportResult[] = []
    exporter.export(spans as unknown as ReadableSpan[], (result) => results.push(result))
    expect(exporter.stats().waiting).toBe(backfills ? 2_048 : 0)
    exporter.forceFlush()
    expect(exported).toEqual(sizes)
    expect(results).toEqual([OK])
  })

  it('are registered with their processor only while they wait', async () => {
    const { tracer, exporter } = startBackfilling({})
    const root = tracer.startSpan('root')
    const releases = readRecord(root.spanContext())?.settings.flush.releases
    below(root, tracer, 'fetch').end()
    expect(releases?.size).toBe(1)
    await exporter.forceFlush()
    expect(releases?.size).toBe(0)
  })

  it('are checked in time for maxWaitMillis', () => {
    vi.useFakeTimers()
    const { tracer, exported } = startBackfilling({ maxWaitMillis: 200 })
    below(tracer.startSpan('root'), tracer, 'fetch').end()
    vi.advanceTimersByTime(200)
    expect(exported()).toEqual({ fetch: undefined })
  })

  it('are not counted as not backfilled if their trace has no session', async () => {
    const { tracer, provider, exporter } = startBackfilling({}, { ours: 'last' })
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.end()
    await provider.forceFlush()
    expect(exporter.stats()).toMatchObject({ spans: 2, backfilled: 0, notBackfilled: {} })
  })

  it('of one provider are not exported by a flush of another one', async () => {
    const exporter = new SessionSpanExporter<ReadableSpan>(
      { export: (_, done) => done(OK), shutdown: async () => {} },
      { backfill: backfill() },
    )
    const providers = [bufferOne(exporter), bufferOne(exporter)]
    expect(exporter.stats().waiting).toBe(2)
    await providers[1]?.forceFlush()
    expect(exporter.stats()).toMatchObject({ waiting: 1, notBackfilled: { flush: 1 } })
  })
})

describe('a span that throws when it is read again', () => {
  it('is exported unchanged with its batch, and the callback is called', () => {
    const { tracer } = startBackfilling(undefined, { ours: 'none' })
    const span = tracer.startSpan('span')
    span.end()
    const spanContext = span.spanContext()
    let calls = 0
    const hostile = Object.create(span, {
      spanContext: {
        value: () => {
          if (++calls > 2) throw new Error('no more')
          return { ...spanContext }
        },
      },
    })
    const exported: unknown[] = []
    const exporter = new SessionSpanExporter<ReadableSpan>(
      {
        export: (spans, done) => {
          exported.push(...spans)
          done(OK)
        },
        shutdown: async () => {},
      },
      { backfill: backfill() },
    )
    const results: ExportResult[] = []
    exporter.export([hostile], (result) => results.push(result))
    expect(results).toEqual([OK])
    expect(exported).toEqual([hostile])
    expect(exporter.stats().unreadable).toBe(1)
  })
})

describe('a span with a record of an unknown shape', () => {
  const known = { version: SESSION_RECORD_VERSION, kind: 'none', trace: { open: 1 } }
  it.each([
    ['no settings', known],
    ['no flush', { ...known, settings: {} }],
    ['a flush that takes no registration', { ...known, settings: { flush: { count: 0 } } }],
    [
      'a trace that throws',
      {
        ...known,
        get trace() {
          throw new Error('unreadable')
        },
      },
    ],
  ])('is exported unchanged with its batch: %s', (_, record) => {
    const { tracer, exporter, arrived } = startBackfilling({})
    const foreign = {
      attributes: {},
      spanContext: () => ({ traceId: '1', [SESSION_RECORD]: record }),
    } as unknown as ReadableSpan
    const root = tracer.startSpan('root')
    const waiting = below(root, tracer, 'fetch') as unknown as ReadableSpan
    const results: ExportResult[] = []
    exporter.export([foreign, waiting], (result) => results.push(result))
    expect(results).toEqual([OK])
    expect(arrived).toEqual([foreign])
    expect(arrived[0]).toBe(foreign)
    expect(exporter.stats()).toMatchObject({ unreadable: 1, waiting: 1 })
  })
})

describe('shutdown of a provider', () => {
  it('waits no longer than shutdownTimeoutMillis for backfilled spans', async () => {
    vi.useFakeTimers()
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter<ReadableSpan>(delegate as never, {
      backfill: backfill(),
      shutdownTimeoutMillis: 1_000,
      exportTimeoutMillis: 30_000,
    })
    const provider = bufferOne(exporter)
    expect(exporter.stats().waiting).toBe(1)
    let isDown = false
    provider.shutdown().finally(() => {
      isDown = true
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(isDown).toBe(true)
    expect(delegate.shutdowns).toBe(1)
  })

  it('reaches the wrapped exporter once, also when that calls it from within an export', async () => {
    let shutdowns = 0
    const exporter: SessionSpanExporter<ReadableSpan> = new SessionSpanExporter<ReadableSpan>(
      {
        export: (_, done) => {
          exporter.shutdown()
          done(OK)
        },
        shutdown: async () => {
          shutdowns++
        },
      },
      { backfill: backfill() },
    )
    bufferOne(exporter)
    await exporter.shutdown()
    expect(shutdowns).toBe(1)
  })
})
