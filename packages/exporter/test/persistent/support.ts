import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { expect, onTestFinished, vi } from 'vitest'

type Options = ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]

/** Makes a folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-delivery-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/**
 * From now on the time of the processor goes on only while this process does something, at most as fast as the real one:
 * deadlines are as long as ever, and a machine that is busy or stands still for a while misses none.
 */
export function letTimeWait(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'performance'],
    shouldAdvanceTime: true,
    advanceTimeDelta: 5,
  })
  onTestFinished(() => void vi.useRealTimers())
}

/** Starts a processor that sends JSON, which the test's endpoint reads, with a tracer in front of it. */
export function startDelivery(options: Options, before: SpanProcessor[] = []) {
  const processor = new PersistentBatchSpanProcessor({ protocol: 'http/json', ...options })
  const provider = new BasicTracerProvider({ spanProcessors: [...before, processor] })
  onTestFinished(() => processor.shutdown().catch(() => {}))
  const tracer = provider.getTracer('test')
  const end = (...names: string[]) => {
    for (const name of names) tracer.startSpan(name).end()
  }
  return { processor, provider, tracer, end }
}

/** Expects that every span is accounted for. */
export function expectAccounted(processor: PersistentBatchSpanProcessor): void {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = processor.stats()
  const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
  expect(delivered + rejected + lost + queued.spans + buffered).toBe(ended + adopted + redelivered)
}
