import {
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import { backfill } from 'otel-sessions'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { network, Recorder, start, startTrace } from './support.ts'

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

/** How many spans a processor got before each of its flushes. The first burst has the span that did not wait, too. */
function burstsOf({ calls }: Recorder): number[] {
  const flushes = calls.flatMap((call, index) => (call === 'forceFlush' ? [index] : []))
  return flushes.map((at, index) => at - (flushes[index - 1] ?? -1) - 1)
}

describe('a processor that', () => {
  const many = { backfill: backfill({ maxSpans: 10_000 }) }

  test('rejects a flush gets the others in bursts all the same: a flush that fails has emptied its queue', async () => {
    const inner = new Recorder()
    inner.forceFlush = async () => {
      inner.calls.push('forceFlush')
      throw new Error('unavailable')
    }
    const { tracer, processors } = start([inner], many)
    startTrace(tracer, 2_000).end()
    await expect(processors[1]?.forceFlush()).rejects.toThrow('unavailable')
    expect(burstsOf(inner)).toEqual([513, 512, 512, 463])
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
    expect(burstsOf(inner)).toEqual([513, 512, 512, 463])
    expect(inner.calls.at(-2)).toBe('root')
  })
})

describe('BatchSpanProcessor with a small queue', () => {
  test.each([1, 2, 64, 128, 256, 512, 1_000])('of %i spans gets all of three large traces', async (size) => {
    const { exporter, arrived } = network()
    const batch = new BatchSpanProcessor(exporter, {
      maxQueueSize: size,
      maxExportBatchSize: Math.min(64, size),
    })
    const { tracer, provider } = start([batch])
    for (const session of ['one', 'two', 'three']) {
      startTrace(tracer, 602, session).end()
      await provider.forceFlush()
    }
    await provider.shutdown()
    expect(arrived).toHaveLength(3 * 602)
    expect(new Set(arrived.map(({ attributes }) => attributes['session.id']))).toEqual(
      new Set(['one', 'two', 'three']),
    )
  })

  test('keeps half of it for spans that do not wait', () => {
    const inner = Object.assign(new Recorder(), { _maxQueueSize: 100, _finishedSpans: [] as unknown[] })
    inner.onEnd = (span) => {
      inner.calls.push(span.name)
      inner._finishedSpans.push(span)
    }
    const { tracer } = start([inner])
    startTrace(tracer, 500).end()
    // One of them did not wait itself.
    expect(inner.calls.indexOf('forceFlush')).toBe(50)
  })

  test('that fills during a flush with spans that do not wait is flushed once more', async () => {
    const inner = Object.assign(new Recorder(), {
      _maxQueueSize: 10,
      _finishedSpans: [] as unknown[],
      flushes: 0,
    })
    let dropped = 0
    inner.onEnd = (span) => {
      if (inner._finishedSpans.length === 10) dropped++
      else inner._finishedSpans.push(span)
    }
    inner.forceFlush = async () => {
      // The first time, others have come when it is over.
      inner._finishedSpans = inner.flushes++ === 0 ? Array.from({ length: 10 }) : []
    }
    const { tracer, processors } = start([inner])
    startTrace(tracer, 30).end()
    await processors[1]?.forceFlush()
    expect([dropped, inner.flushes > 2]).toEqual([0, true])
  })

  test('that stays full although it was flushed gets the rest at once', async () => {
    const inner = Object.assign(new Recorder(), {
      _maxQueueSize: 10,
      _finishedSpans: Array.from({ length: 10 }),
    })
    const { tracer, processors } = start([inner])
    startTrace(tracer, 100).end()
    await processors[1]?.forceFlush()
    expect(inner.ended).toHaveLength(100)
  })
})

describe('an endpoint that does not answer', () => {
  test.each(['forceFlush', 'shutdown'] as const)(
    'is waited for once in %s, although a part of a large trace was sent before',
    async (method) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const sent: ReadableSpan[] = []
      const exporter: SpanExporter = { export: (spans) => void sent.push(...spans), shutdown: async () => {} }
      const batch = new BatchSpanProcessor(exporter, { exportTimeoutMillis: 3_000 })
      const { tracer, provider } = start([batch])
      startTrace(tracer, 1_800).end()
      let isOver = false
      const over = provider[method]()
        .catch(() => {})
        .then(() => {
          isOver = true
        })
      await vi.advanceTimersByTimeAsync(2_999)
      expect(isOver).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      await over
      expect(sent).toHaveLength(1_800)
    },
  )
})

test('SimpleSpanProcessor gets no more spans at the same time than an OTLP exporter sends', async () => {
  const arrived: ReadableSpan[] = []
  let [sending, most] = [0, 0]
  const exporter: SpanExporter = {
    export: (spans, done) => {
      most = Math.max(most, ++sending)
      setImmediate(() => {
        sending--
        arrived.push(...spans)
        done({ code: 0 })
      })
    },
    shutdown: async () => {},
  }
  const { tracer, provider } = start([new SimpleSpanProcessor(exporter)])
  startTrace(tracer, 200).end()
  await provider.forceFlush()
  expect([arrived.length, most <= 30]).toEqual([200, true])
  expect(arrived.at(-1)?.name).toBe('root')
})
