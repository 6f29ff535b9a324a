import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type ExportResult, SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { describe, expect, it } from 'vitest'

/** A collector that answers when it is told to. */
function slowExporter() {
  const answers: ((result: ExportResult) => void)[] = []
  return {
    answers,
    export: (_spans: ReadableSpan[], callback: (result: ExportResult) => void) => void answers.push(callback),
    shutdown: async () => {},
  }
}

describe('provider.forceFlush', () => {
  it('waits for a batch that is on its way, though nothing is left in the queue', async () => {
    const slow = slowExporter()
    const provider = new BasicTracerProvider({
      spanProcessors: [
        new SessionSpanProcessor(),
        new BatchSpanProcessor(new SessionSpanExporter(slow), { maxExportBatchSize: 1, maxQueueSize: 1 }),
      ],
    })
    provider.getTracer('test').startSpan('span').end()
    await expect.poll(() => slow.answers.length).toBe(1)

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

  it('resolves at the exporter’s deadline, if no answer comes', async () => {
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
