import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from './receiver.ts'

test('spans wait for what is still being detected of their resource', async () => {
  let detected = (_value: string) => {}
  const region = new Promise<string>((resolve) => {
    detected = resolve
  })
  const { url, names } = await startReceiver()
  const processor = new PersistentBatchSpanProcessor({ url, protocol: 'http/json' })
  onTestFinished(() => processor.shutdown())
  const resource = resourceFromAttributes({ 'cloud.region': region })
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] })
  const tracer = provider.getTracer('test')
  for (let index = 0; index < 100; index++) tracer.startSpan('early').end()
  expect(processor.stats()).toMatchObject({ buffered: 100, queued: { spans: 0 } })
  const flushed = provider.forceFlush()
  detected('eu-1')
  await flushed
  expect(names()).toHaveLength(100)
  expect(resource.attributes['cloud.region']).toBe('eu-1')
  expect(processor.stats().buffered).toBe(0)
})
