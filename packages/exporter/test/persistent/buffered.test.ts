import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startDelivery } from './support.ts'

// Nothing is sent: the spans only have to leave the buffer, and the shutdown after the test does not wait for them.
const options = { url: 'http://127.0.0.1:1/v1/traces', shutdownTimeoutMillis: 1 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('an ended span is queued after 20 ms', () => {
  const { end, processor } = startDelivery(options)
  end('one')
  vi.advanceTimersByTime(19)
  expect(processor.stats()).toMatchObject({ buffered: 1, queued: { spans: 0 } })
  vi.advanceTimersByTime(1)
  expect(processor.stats()).toMatchObject({ buffered: 0, queued: { spans: 1 } })
})

test('ended spans are queued as soon as there are 64', () => {
  const { end, processor } = startDelivery(options)
  for (let index = 0; index < 63; index++) end('one')
  expect(processor.stats()).toMatchObject({ buffered: 63, queued: { spans: 0 } })
  end('the last')
  expect(processor.stats()).toMatchObject({ buffered: 0, queued: { spans: 64 } })
})

test('spans wait 5 seconds for a detector of their resource that never ends', async () => {
  const { processor } = startDelivery(options)
  const resource = resourceFromAttributes({ 'host.id': new Promise<string>(() => {}) })
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] })
  provider.getTracer('test').startSpan('one').end()
  await vi.advanceTimersByTimeAsync(20 + 4_979)
  expect(processor.stats()).toMatchObject({ buffered: 1, queued: { spans: 0 } })
  await vi.advanceTimersByTimeAsync(21)
  expect(processor.stats()).toMatchObject({ buffered: 0, queued: { spans: 1 } })
})
