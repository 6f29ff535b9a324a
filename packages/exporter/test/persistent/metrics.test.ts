import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { startDelivery, temporaryFolder } from './support.ts'

/** A meter provider, and a function that collects the data points of each metric. */
function startMetrics() {
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: memory })
  const meterProvider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => meterProvider.shutdown())
  async function collect() {
    memory.reset()
    await reader.forceFlush()
    const metrics = memory
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    return new Map(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]))
  }
  /** The values of a metric by `error.type`. */
  async function byError(name: string): Promise<Record<string, number>> {
    const points = ((await collect()).get(name) ?? []) as readonly DataPoint<number>[]
    return Object.fromEntries(
      points.map(({ attributes, value }) => [attributes['error.type'] ?? 'none', value]),
    )
  }
  return { meterProvider, collect, byError }
}

/** However slow the machine is. */
const LONG = { timeout: 100_000 }
const EXPORTED = 'otel.sdk.exporter.span.exported'
const PROCESSED = 'otel.sdk.processor.span.processed'
const reject: Behave = (response) => response.writeHead(401).end()
const partial: Behave = (response) => response.writeHead(200).end('{"partialSuccess":{"rejectedSpans":"2"}}')

test('the metrics of OpenTelemetry for processors and exporters are recorded, and those of the queue', async () => {
  const { meterProvider, collect } = startMetrics()
  const { url, port, answer } = await startEndpoint()
  const { end, processor } = startDelivery({ url, meterProvider })
  end('one', 'two')
  await processor.forceFlush()
  // The first retry is asked to wait: no request is in flight when the flush rejects.
  let failures = 0
  answer((response) => response.writeHead(503, failures++ > 0 ? { 'retry-after': '3600' } : {}).end())
  end('three')
  await processor.forceFlush().catch(() => {})
  const { retried } = processor.stats()
  const points = await collect()
  const values = (name: string) => points.get(name)?.map(({ value }) => value)
  expect(values('otel.sdk.processor.span.processed')).toEqual([2])
  expect(values('otel.sdk.processor.span.queue.size')).toEqual([1])
  expect(values('otel_sessions.delivery.queue.bytes')?.[0]).toBeGreaterThan(0)
  expect(values('otel_sessions.delivery.queue.age')?.[0]).toBeGreaterThan(0)
  expect(values('otel_sessions.delivery.retried')).toEqual([retried])
  expect(retried).toBe(2)
  expect(values('otel.sdk.exporter.span.inflight')).toEqual([0])
  const [sent, failed] = points.get(EXPORTED) ?? []
  expect(sent).toMatchObject({
    value: 2,
    attributes: {
      'otel.component.type': 'otlp_http_json_span_exporter',
      'server.address': '127.0.0.1',
      'server.port': port,
    },
  })
  expect(failed).toMatchObject({ attributes: { 'error.type': '503' } })
  const durations = points.get('otel.sdk.exporter.operation.duration')
  expect(durations?.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 503])
  answer(ok)
  await processor.shutdown()
})

test('what is in a request is not in the queue', async () => {
  const { meterProvider, collect } = startMetrics()
  let respond: (() => void) | undefined
  const { url } = await startEndpoint((response) => {
    respond = () => response.end()
  })
  const { end, processor } = startDelivery({ url, meterProvider, scheduledDelayMillis: 0 })
  end('one', 'two')
  await expect.poll(() => respond, LONG).toBeDefined()
  end('three')
  // Passes on what is buffered.
  const flushed = processor.forceFlush()
  await new Promise((resolve) => setImmediate(resolve))
  const points = await collect()
  expect(processor.stats().queued.spans).toBe(3)
  expect(points.get('otel.sdk.processor.span.queue.size')?.map(({ value }) => value)).toEqual([1])
  expect(points.get('otel.sdk.exporter.span.inflight')?.map(({ value }) => value)).toEqual([2])
  respond?.()
  await expect.poll(() => processor.stats().requests, LONG).toBe(2)
  respond?.()
  await flushed
})

test.each([
  ['in memory', () => undefined],
  ['in a directory', temporaryFolder],
])('%s, a rejected span counts as failed, and not again when it is delivered later', async (_, folder) => {
  const { meterProvider, byError } = startMetrics()
  const { url, answer } = await startEndpoint()
  const { end, processor } = startDelivery({ url, meterProvider, directory: folder() })
  const flush = () => processor.forceFlush().catch(() => {})
  end('a', 'b')
  await flush()
  answer(reject)
  end('c', 'd', 'e')
  await flush()
  expect(await byError(PROCESSED)).toEqual({ none: 2, rejected: 3 })
  expect(await byError(EXPORTED)).toMatchObject({ none: 2, 401: expect.any(Number) })
  await processor.redeliver()
  await flush()
  expect(await byError(PROCESSED)).toEqual({ none: 2, rejected: 3 })
  answer(ok)
  expect(await processor.redeliver()).toBe(3)
  expect(await byError(PROCESSED)).toEqual({ none: 2, rejected: 3 })
  await flush()
  expect(processor.stats().delivered).toBe(5)
  expect(await byError(PROCESSED)).toEqual({ none: 2, rejected: 3 })
  end('f')
  await flush()
  expect(await byError(PROCESSED)).toEqual({ none: 3, rejected: 3 })
  answer(reject)
  end('g')
  await flush()
  expect(await processor.purge()).toBe(1)
  const { none, rejected, purged = 0 } = await byError(PROCESSED)
  expect((none ?? 0) + (rejected ?? 0) + purged).toBe(7)
})

test('spans that a partial success rejects count as failed, for the processor and the exporter', async () => {
  const { meterProvider, byError } = startMetrics()
  const { url } = await startEndpoint(partial)
  const { end, processor } = startDelivery({ url, meterProvider })
  end('a', 'b', 'c')
  await processor.forceFlush().catch(() => {})
  expect(await byError(EXPORTED)).toEqual({ none: 1, rejected: 2 })
  expect(await byError(PROCESSED)).toEqual({ none: 1, 'partial-success': 2 })
})

test('spans that end after the shutdown count as the convention says', async () => {
  const { meterProvider, byError } = startMetrics()
  const { url } = await startEndpoint()
  const { end, processor } = startDelivery({ url, meterProvider })
  const shutdown = processor.shutdown()
  end('late')
  expect(await byError(PROCESSED)).toEqual({ none: 0, already_shutdown: 1 })
  await shutdown
})

test('spans that another process had rejected count where they were rejected, and own rejections count as well', async () => {
  const { meterProvider, byError } = startMetrics()
  const { url, answer } = await startEndpoint(reject)
  const directory = temporaryFolder()
  const first = startDelivery({ url, directory })
  first.end('a', 'b')
  await first.processor.forceFlush().catch(() => {})
  await first.processor.shutdown()
  answer(ok)
  const { end, processor } = startDelivery({ url, directory, meterProvider })
  expect(await processor.redeliver()).toBe(2)
  await processor.forceFlush()
  expect(processor.stats().delivered).toBe(2)
  expect(await byError(PROCESSED)).toEqual({ none: 0 })
  answer(reject)
  end('c')
  await processor.forceFlush().catch(() => {})
  expect(await byError(PROCESSED)).toEqual({ none: 0, rejected: 1 })
})
