import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type ExportResult, SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { readRecord } from '@otel-sessions/semconv/internal'
import { describe, expect, it } from 'vitest'

/** An exporter whose answers the test gives. */
function slowExporter() {
  const answers: ((result: ExportResult) => void)[] = []
  return {
    answers,
    export: (_spans: ReadableSpan[], callback: (result: ExportResult) => void) => void answers.push(callback),
    shutdown: async () => {},
  }
}

describe('provider.forceFlush', () => {
  it('waits for a batch that is on its way although the queue is empty', async () => {
    const slow = slowExporter()
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new SessionSpanProcessor(),
        new BatchSpanProcessor(new SessionSpanExporter(slow), { maxExportBatchSize: 1, maxQueueSize: 1 }),
      ],
    })
    provider.getTracer('test').startSpan('span').end()
    await expect.poll(() => slow.answers.length, { timeout: 100_000 }).toBe(1)

    let isFlushed = false
    const flushed = provider.forceFlush().then(() => {
      isFlushed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isFlushed).toBe(false)
    slow.answers[0]?.({ code: 0 })
    await flushed
    await provider.shutdown()
  })

  it('resolves at the deadline of the exporter if no answer comes', async () => {
    const slow = slowExporter()
    const exporter = new SessionSpanExporter(slow, { exportTimeoutMillis: 20, shutdownTimeoutMillis: 20 })
    const processor = new SessionSpanProcessor()
    const provider = new BasicTracerProvider({ spanProcessors: [processor] })
    const span = provider.getTracer('test').startSpan('span')
    span.end()
    exporter.export([span as unknown as ReadableSpan], () => {})
    await processor.forceFlush()
    await provider.shutdown()
  })
})

describe('a flush of the session processor', () => {
  const start = (processors: SessionSpanProcessor[]) => {
    const provider = new BasicTracerProvider({ spanProcessors: processors })
    const span = provider.getTracer('test').startSpan('span')
    span.end()
    return { provider, span: span as unknown as ReadableSpan }
  }
  const isPending = async (flushed: Promise<void>) => {
    const turn = new Promise<string>((resolve) => setImmediate(resolve, 'pending'))
    return (await Promise.race([flushed, turn])) === 'pending'
  }
  const flushDuring = async (batch: ReadableSpan[], provider: BasicTracerProvider) => {
    const slow = slowExporter()
    new SessionSpanExporter<ReadableSpan>(slow).export(batch, () => {})
    const flushed = provider.forceFlush()
    const waits = await isPending(flushed)
    slow.answers[0]?.({ code: 0 })
    await flushed
    return waits
  }

  it('waits for a batch whose first spans have no record', async () => {
    const ours = start([new SessionSpanProcessor()])
    const unreadable = Object.create(ours.span, {
      spanContext: {
        value: () => {
          throw new Error('unreadable')
        },
      },
    })
    expect(await flushDuring([start([]).span, unreadable, ours.span], ours.provider)).toBe(true)
  })

  it('waits for a batch that mixes spans of two processors', async () => {
    const ours = start([new SessionSpanProcessor()])
    const other = start([new SessionSpanProcessor()])
    const batch = [ours.span, other.span, ours.span]
    expect(await flushDuring(batch, ours.provider)).toBe(true)
    expect(await flushDuring(batch, other.provider)).toBe(true)
  })

  it('does not wait for a batch without its spans', async () => {
    const ours = start([new SessionSpanProcessor()])
    const other = start([new SessionSpanProcessor()])
    expect(await flushDuring([other.span], ours.provider)).toBe(false)
  })
})

describe('the registrations of exporters with a session processor', () => {
  const start = () => {
    const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor()] })
    const tracer = provider.getTracer('test')
    const root = tracer.startSpan('root')
    const flush = readRecord(root.spanContext())?.settings.flush
    const below = () => {
      const span = tracer.startSpan('below', {}, trace.setSpan(ROOT_CONTEXT, root))
      span.end()
      return span as unknown as ReadableSpan
    }
    return { below, registered: () => [flush?.releases.size, flush?.inFlight.size] }
  }

  it('are gone after the shutdown of 1,000 exporters, answered or not, some with waiting spans', async () => {
    const { below, registered } = start()
    const shutdowns = Array.from({ length: 1_000 }, async (_, index) => {
      const slow = slowExporter()
      const exporter = new SessionSpanExporter<ReadableSpan>(slow, {
        backfill: index % 2 === 0 ? backfill() : undefined,
        shutdownTimeoutMillis: 20,
      })
      exporter.export([below()], () => {})
      if (index % 3 === 0) slow.answers[0]?.({ code: 0 })
      await exporter.shutdown()
    })
    expect(registered()).toEqual([500, 333])
    await Promise.all(shutdowns)
    expect(registered()).toEqual([0, 0])
  })

  it('last as long as an export is in flight', async () => {
    const { below, registered } = start()
    const slow = slowExporter()
    const exporter = new SessionSpanExporter<ReadableSpan>(slow)
    exporter.export([below()], () => {})
    exporter.export([below()], () => {})
    expect(registered()).toEqual([0, 2])
    for (const answer of slow.answers) answer({ code: 0 })
    expect(registered()).toEqual([0, 0])
  })
})
