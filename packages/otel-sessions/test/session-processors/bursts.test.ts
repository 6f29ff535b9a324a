import { context, type Span, trace } from '@opentelemetry/api'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { backfill, usingSession } from 'otel-sessions'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { inSpan, Recorder, start } from './support.ts'

/** An exporter over a network: it answers later, to one request after the other. */
function network() {
  const arrived: ReadableSpan[] = []
  const requests: number[] = []
  const exporter: SpanExporter = {
    export: (spans, done) => {
      requests.push(spans.length)
      setImmediate(() => {
        arrived.push(...spans)
        done({ code: 0 })
      })
    },
    shutdown: async () => {},
  }
  return { exporter, arrived, requests }
}

/** Starts and ends spans without a session below a root; the last one is in a session. */
function startTrace(
  tracer: ReturnType<typeof start>['tracer'],
  count: number,
  session = 'user_a_conv',
): Span {
  const root = tracer.startSpan('root')
  context.with(trace.setSpan(context.active(), root), () => {
    for (let index = 2; index < count; index++) tracer.startSpan('query').end()
    usingSession(session, () => inSpan(tracer, 'step', () => {}))
  })
  return root
}

describe('BatchSpanProcessor with its default queue of 2,048 spans', () => {
  test.each([
    ['a trace of 3,002 spans', 3_002],
    ['a trace of 10,000 spans', 10_000],
  ])('gets %s whole, each with the session, although it completes at once', async (_, count) => {
    const { exporter, arrived } = network()
    const { tracer, provider, processors } = start([new BatchSpanProcessor(exporter)], {
      backfill: backfill({ maxSpans: 10_000 }),
    })
    startTrace(tracer, count).end()
    await provider.forceFlush()
    await provider.shutdown()
    expect(arrived).toHaveLength(count)
    expect(new Set(arrived.map(({ attributes }) => attributes['session.id']))).toEqual(
      new Set(['user_a_conv']),
    )
    expect(processors[1]?.stats().session).toMatchObject({ spans: count, backfilled: count - 2, waiting: 0 })
  })

  test('gets traces of 3,002 and 10,000 spans whole with the default of 2,048 waiting ones, those that had to make room without a session', async () => {
    for (const count of [3_002, 10_000]) {
      const { exporter, arrived } = network()
      const { tracer, provider, processors } = start([new BatchSpanProcessor(exporter)])
      startTrace(tracer, count).end()
      await provider.forceFlush()
      await provider.shutdown()
      const withSession = arrived.filter(({ attributes }) => attributes['session.id'] === 'user_a_conv')
      expect([arrived.length, withSession.length]).toEqual([count, 2_050])
      expect(processors[1]?.stats().session?.notBackfilled).toEqual({ number: count - 2_050 })
    }
  })

  test.each(['forceFlush', 'shutdown'] as const)(
    'gets 5,000 waiting spans of an open trace in %s',
    async (method) => {
      const { exporter, arrived } = network()
      const { tracer, provider } = start([new BatchSpanProcessor(exporter)], {
        backfill: backfill({ maxSpans: 10_000 }),
      })
      const root = startTrace(tracer, 5_001)
      await provider[method]()
      await provider[method]()
      expect(arrived).toHaveLength(5_000)
      root.end()
    },
  )

  test('gets several such traces whole that complete while others are passed on', async () => {
    const { exporter, arrived } = network()
    const { tracer, provider } = start([new BatchSpanProcessor(exporter)], {
      backfill: backfill({ maxSpans: 50_000 }),
    })
    const roots = ['one', 'two', 'three'].map((session) => startTrace(tracer, 3_000, session))
    for (const root of roots) {
      root.end()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await provider.forceFlush()
    await provider.shutdown()
    const counts = ['one', 'two', 'three'].map(
      (session) => arrived.filter(({ attributes }) => attributes['session.id'] === session).length,
    )
    expect(counts).toEqual([3_000, 3_000, 3_000])
  })
})

describe('a processor that', () => {
  const many = { backfill: backfill({ maxSpans: 10_000 }) }

  test('rejects a flush gets the rest at once, and is not asked again', async () => {
    const inner = new Recorder()
    let flushes = 0
    inner.forceFlush = async () => {
      flushes++
      throw new Error('unavailable')
    }
    const { tracer, processors } = start([inner], many)
    startTrace(tracer, 2_000).end()
    await expect(processors[1]?.forceFlush()).rejects.toThrow('unavailable')
    expect(inner.ended).toHaveLength(2_000)
    // Between the bursts, and for the caller.
    expect(flushes).toBe(2)
  })

  test('hangs in a flush gets the rest after 10 s, and its shutdown', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const inner = new Recorder()
    inner.forceFlush = () => new Promise(() => {})
    const { tracer, processors } = start([inner], many)
    startTrace(tracer, 2_000).end()
    const shutdown = processors[1]?.shutdown()
    await vi.advanceTimersByTimeAsync(9_999)
    expect(inner.ended).toHaveLength(513)
    await vi.advanceTimersByTimeAsync(1)
    await shutdown
    expect(inner.ended).toHaveLength(2_000)
    expect(inner.calls.at(-1)).toBe('shutdown')
  })

  test('is not flushed for fewer than 512 spans', () => {
    const inner = new Recorder()
    const { tracer } = start([inner], many)
    // The root comes last, in the call.
    startTrace(tracer, 512).end()
    expect(inner.ended).toHaveLength(512)
    expect(inner.calls.at(-1)).toBe('root')
    expect(inner.calls).not.toContain('forceFlush')
  })

  test('gets the spans in the order in which they ended, with a flush after each 512', async () => {
    const inner = new Recorder()
    const { tracer, provider } = start([inner], many)
    startTrace(tracer, 2_000).end()
    await provider.forceFlush()
    const flushes = inner.calls.flatMap((call, index) => (call === 'forceFlush' ? [index] : []))
    const between = flushes.map((at, index) => at - (flushes[index - 1] ?? -1) - 1)
    // The first has the span that did not wait.
    expect(between).toEqual([513, 512, 512, 463])
    expect(inner.calls.at(-2)).toBe('root')
  })
})
