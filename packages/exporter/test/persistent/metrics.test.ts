import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { ok, startEndpoint } from './endpoint.ts'
import { startDelivery } from './support.ts'

test('the metrics of OpenTelemetry for processors and exporters are recorded, and those of the queue', async () => {
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: memory })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const { url, port, answer } = await startEndpoint()
  const { end, processor } = startDelivery({ url, meterProvider, exportTimeoutMillis: 1500 })
  end('one', 'two')
  await processor.forceFlush()
  answer((response) => response.writeHead(503).end())
  end('three')
  await processor.forceFlush().catch(() => {})
  const { retried } = processor.stats()
  await reader.forceFlush()
  const points = new Map(
    memory
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
  )
  const values = (name: string) => points.get(name)?.map(({ value }) => value)
  expect(values('otel.sdk.processor.span.processed')).toEqual([2])
  expect(values('otel.sdk.processor.span.queue.size')).toEqual([1])
  expect(values('otel_sessions.delivery.queue.bytes')?.[0]).toBeGreaterThan(0)
  expect(values('otel_sessions.delivery.queue.age')?.[0]).toBeGreaterThan(0)
  // Retries go on while the metrics are collected.
  expect(values('otel_sessions.delivery.retried')?.[0]).toBeGreaterThanOrEqual(retried)
  expect(values('otel_sessions.delivery.retried')?.[0]).toBeLessThanOrEqual(processor.stats().retried)
  expect(values('otel.sdk.exporter.span.inflight')).toEqual([0])
  const [sent, failed] = points.get('otel.sdk.exporter.span.exported') ?? []
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
  expect(durations?.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
    undefined,
    503,
  ])
  answer(ok)
  await processor.shutdown()
  await meterProvider.shutdown()
})
