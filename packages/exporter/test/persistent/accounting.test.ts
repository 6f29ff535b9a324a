import { setImmediate as turn } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import type { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { startDelivery, temporaryFolder } from './support.ts'

const partial: Behave = (response) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"partialSuccess":{"rejectedSpans":"3"}}')
const reject: Behave = (response) => response.writeHead(400).end()
const answers: Behave[] = [
  reject,
  (response) => response.writeHead(413).end(),
  ok,
  partial,
  (response) => response.writeHead(503).end(),
  (response) => response.destroy(),
  (response) => response.writeHead(401).end(),
]

function differenceOf(processor: PersistentBatchSpanProcessor): number {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = processor.stats()
  const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
  return ended + adopted + redelivered - (delivered + rejected + lost + queued.spans + buffered)
}

test.each([
  ['in memory', () => undefined],
  ['in a directory', temporaryFolder],
])(
  '%s, each span is accounted for in every turn of the event loop, whatever the endpoint answers',
  async (_, folder) => {
    const mixed = [...answers, ...answers, ...answers]
    const { url } = await startEndpoint((response, received) => {
      const isBad = received.spans.some(({ name }) => /[78]$/.test(name))
      const behave = mixed.shift() ?? (isBad ? reject : ok)
      behave(response, received)
    })
    // So little that the first rejected spans are dropped in the end.
    const { processor, end } = startDelivery({
      ...{ url, directory: folder(), maxRejectedBytes: 20_000 },
      ...{ concurrency: 4, maxExportBatchSize: 20, scheduledDelayMillis: 1 },
    })
    const differences: number[] = []
    const look = () => {
      differences.push(differenceOf(processor))
      const { rejected } = processor.stats()
      if (rejected < 0) differences.push(rejected)
    }
    let isOver = false
    const looking = (async () => {
      for (; !isOver; await turn()) look()
    })()
    for (let i = 0; i < 600; i++) {
      end(`span ${i}`)
      if (i % 20 === 0) await turn()
    }
    await processor.forceFlush().catch(() => {})
    await Promise.all([processor.redeliver(), processor.forceFlush().catch(() => {})])
    await processor.shutdown().catch(() => {})
    isOver = true
    await looking
    look()
    expect(processor.stats().redelivered).toBeGreaterThan(0)
    expect(processor.stats().dropped.rejected).toBeGreaterThan(0)
    expect(differences.filter((difference) => difference !== 0)).toEqual([])
  },
)

test.each([
  ['in memory', () => ({ maxMemoryBytes: 1_000_000 })],
  ['in a directory', () => ({ directory: temporaryFolder(), maxBytes: 1_000_000 })],
])(
  '%s, each span is accounted for when the logger is called, and when a span is read, also when the queue is full',
  async (_, optionsOf) => {
    const { processor } = startDelivery({
      ...{ url: 'http://127.0.0.1:1/v1/traces', shutdownTimeoutMillis: 1 },
      ...optionsOf(),
    })
    const differences: number[] = []
    const look = () => void differences.push(differenceOf(processor))
    diag.setLogger({ error: look, warn: look, info: look, debug: look, verbose: look }, DiagLogLevel.ALL)
    onTestFinished(() => diag.disable())
    let detect = (_: string) => {}
    const region = new Promise<string>((resolve) => {
      detect = resolve
    })
    const resource = resourceFromAttributes({ region })
    const tracer = new BasicTracerProvider({ resource, spanProcessors: [processor] }).getTracer('test')
    const big = 'x'.repeat(2000)
    for (let i = 0; i < 2000; i++) {
      const span = tracer.startSpan('one')
      Object.defineProperty(span.setAttributes({ big }), 'links', {
        get() {
          look()
          if (i % 100 === 0) throw new Error('unreadable')
          return []
        },
      })
      span.end()
    }
    detect('eu')
    await vi.waitFor(() => expect(processor.stats().buffered).toBe(0), { timeout: 100_000 })
    expect(processor.stats().dropped).toMatchObject({ unreadable: 20 })
    expect(processor.stats().dropped.overflow).toBeGreaterThan(0)
    expect(differences.length).toBeGreaterThan(2000)
    expect(differences.filter((difference) => difference !== 0)).toEqual([])
  },
)
