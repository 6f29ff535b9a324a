import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { expect, onTestFinished, test } from 'vitest'
import { startEndpoint } from './endpoint.ts'
import { temporaryFolder } from './support.ts'

test('spans wait while their resource is still being detected', async () => {
  let detected = (_value: string) => {}
  const region = new Promise<string>((resolve) => {
    detected = resolve
  })
  const { url, names } = await startEndpoint()
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

/** A resource of the SDK with pending attributes. */
const pending = (waitForAsyncAttributes: () => Promise<void>) => ({
  attributes: {},
  asyncAttributesPending: true,
  waitForAsyncAttributes,
})

function spanOf(resource: unknown) {
  const provider = new BasicTracerProvider()
  const span = provider.getTracer('test').startSpan('one')
  span.end()
  return Object.create(span, {
    resource: typeof resource === 'function' ? { get: resource as () => unknown } : { value: resource },
  })
}

test('a detector that throws or rejects delays nothing', async () => {
  const { url, names } = await startEndpoint()
  const processor = new PersistentBatchSpanProcessor({ url, protocol: 'http/json' })
  onTestFinished(() => processor.shutdown())
  processor.onEnd(
    spanOf(
      pending(() => {
        throw new Error('no')
      }),
    ),
  )
  processor.onEnd(spanOf(pending(() => Promise.reject(new Error('no')))))
  await processor.forceFlush()
  expect(names()).toHaveLength(2)
})

test('a span whose resource throws is counted, and the other spans are sent', async () => {
  const { url, names } = await startEndpoint()
  const processor = new PersistentBatchSpanProcessor({ url, protocol: 'http/json' })
  onTestFinished(() => processor.shutdown())
  processor.onEnd(
    spanOf(() => {
      throw new Error('no')
    }),
  )
  for (let index = 0; index < 63; index++) processor.onEnd(spanOf({ attributes: {} }))
  await processor.forceFlush().catch(() => {})
  expect(names()).toHaveLength(63)
  expect(processor.stats()).toMatchObject({ ended: 64, delivered: 63, dropped: { unreadable: 1 } })
})

test("with durability 'span' no span waits for its resource", async () => {
  const { url } = await startEndpoint()
  const directory = temporaryFolder()
  const processor = new PersistentBatchSpanProcessor({
    url,
    protocol: 'http/json',
    directory,
    durability: 'span',
  })
  onTestFinished(() => processor.shutdown())
  processor.onEnd(spanOf(pending(() => new Promise(() => {}))))
  expect(processor.stats()).toMatchObject({ buffered: 0, unwritten: 0, queued: { spans: 1 } })
})
