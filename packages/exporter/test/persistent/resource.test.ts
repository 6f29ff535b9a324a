import { cpSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import {
  PersistentBatchSpanProcessor,
  type PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startEndpoint } from './endpoint.ts'
import { letTimeWait, temporaryFolder } from './support.ts'

beforeEach(letTimeWait)

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

test("with durability 'span' a span that waits for its resource is written before onEnd returns", async () => {
  const { url, requests } = await startEndpoint()
  const directory = temporaryFolder()
  const first = new PersistentBatchSpanProcessor({
    url,
    protocol: 'http/json',
    directory,
    durability: 'span',
    shutdownTimeoutMillis: 100,
  })
  onTestFinished(() => first.shutdown())
  const never = new Promise<string>(() => {})
  const resource = resourceFromAttributes({ 'host.name': 'a', 'host.id': never })
  const provider = new BasicTracerProvider({ resource, spanProcessors: [first] })
  provider.getTracer('test').startSpan('one').end()
  expect(first.stats()).toMatchObject({ buffered: 1, unwritten: 0, queued: { spans: 0 } })
  // As if the process were killed here.
  const copy = temporaryFolder()
  cpSync(directory, copy, { recursive: true })
  for (const name of readdirSync(copy)) renameSync(join(copy, name), join(copy, 'free.0123456789ab'))
  const next = new PersistentBatchSpanProcessor({ url, directory: copy })
  onTestFinished(() => next.shutdown())
  await next.forceFlush()
  expect(next.stats()).toMatchObject({ adopted: 1, delivered: 1 })
  expect(requests[0]?.resourceSpans[0]?.resource.attributes).toEqual([
    { key: 'host.name', value: { stringValue: 'a' } },
  ])
})

/** A detector as those of a cloud or a host: some attributes come later. */
function lateDetector() {
  let settle: { resolve(id: string): void; reject(error: Error): void } | undefined
  const id = new Promise<string>((resolve, reject) => {
    settle = { resolve, reject }
  })
  const detector = { detect: () => ({ attributes: { 'host.name': 'a', 'host.id': id } }) }
  return { detector, ...(settle as NonNullable<typeof settle>) }
}

/** A NodeSDK whose resource is complete when the test says so, and what its diagnostics log. */
async function startSdk(options: Partial<PersistentBatchSpanProcessorOptions> = {}) {
  const endpoint = await startEndpoint()
  const processor = new PersistentBatchSpanProcessor({
    url: endpoint.url,
    protocol: 'http/json',
    ...options,
  })
  const late = lateDetector()
  const logged: string[] = []
  const log = (message: string) => {
    if (message.includes('resource')) logged.push(message)
  }
  diag.setLogger(
    { error: log, warn: log, info() {}, debug() {}, verbose() {} },
    { suppressOverrideMessage: true },
  )
  const sdk = new NodeSDK({
    spanProcessors: [processor],
    resourceDetectors: [late.detector],
    autoDetectResources: true,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  onTestFinished(async () => {
    late.resolve('too late')
    await sdk.shutdown().catch(() => {})
    for (const api of [diag, trace, context, propagation, metrics]) api.disable()
  })
  const burst = (spans: number) => {
    const tracer = trace.getTracer('test')
    for (let index = 0; index < spans; index++) tracer.startSpan(`early ${index}`).end()
  }
  /** The values of a resource attribute, by how many spans have it. */
  const counts = (key: string) => {
    const values: Record<string, number> = {}
    for (const { resourceSpans } of endpoint.requests) {
      for (const { resource, scopeSpans } of resourceSpans) {
        const value =
          resource.attributes.find((attribute) => attribute.key === key)?.value.stringValue ?? 'none'
        const spans = scopeSpans.reduce((sum, scope) => sum + scope.spans.length, 0)
        values[value] = (values[value] ?? 0) + spans
      }
    }
    return values
  }
  return { ...endpoint, ...late, processor, sdk, burst, counts, logged }
}

describe('a burst of spans at start', () => {
  test.each([5_000, 50_000])('has the attributes that are detected later: %d spans', async (spans) => {
    const { burst, counts, logged, processor, resolve } = await startSdk()
    burst(spans)
    expect(processor.stats().buffered).toBe(spans)
    resolve('h1')
    await processor.forceFlush()
    expect(counts('host.id')).toEqual({ h1: spans })
    expect(counts('host.name')).toEqual({ a: spans })
    expect(logged).toEqual([])
  })

  test('has them if the application shuts down at once', async () => {
    const { burst, counts, logged, sdk, resolve } = await startSdk()
    burst(3_000)
    const down = sdk.shutdown()
    resolve('h1')
    await down
    expect(counts('host.id')).toEqual({ h1: 3_000 })
    expect(logged).toEqual([])
  })

  test('is sent without them if the detector fails', async () => {
    const { burst, counts, logged, processor, reject } = await startSdk()
    burst(3_000)
    reject(new Error('no metadata server'))
    await processor.forceFlush()
    expect(counts('host.id')).toEqual({ none: 3_000 })
    expect(counts('host.name')).toEqual({ a: 3_000 })
    expect(logged).toEqual([])
  })

  test('is sent without them if the process shuts down before they are known, and the SDK logs nothing', async () => {
    const { burst, counts, logged, processor } = await startSdk({ shutdownTimeoutMillis: 2000 })
    burst(3_000)
    await processor.shutdown()
    expect(counts('host.id')).toEqual({ none: 3_000 })
    expect(counts('host.name')).toEqual({ a: 3_000 })
    expect(logged).toEqual([])
    expect(processor.stats()).toMatchObject({ ended: 3_000, delivered: 3_000, buffered: 0 })
  })

  test('that is too large for the memory is sent, the oldest spans without what is not known yet', async () => {
    const { burst, counts, processor, resolve } = await startSdk()
    burst(66_000)
    expect(processor.stats().buffered).toBeLessThanOrEqual(65_536 + 64)
    resolve('h1')
    await processor.forceFlush()
    const { h1 = 0, none = 0 } = counts('host.id')
    expect(h1 + none).toBe(66_000)
    expect(h1).toBeGreaterThanOrEqual(65_536)
  })
})

test('spans of two providers wait for the resource of each', async () => {
  const { url, requests } = await startEndpoint()
  const processor = new PersistentBatchSpanProcessor({ url, protocol: 'http/json' })
  onTestFinished(() => processor.shutdown())
  const late = [lateDetector(), lateDetector()] as const
  for (const { detector } of late) {
    const resource = resourceFromAttributes(detector.detect().attributes)
    const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] })
    for (let index = 0; index < 64; index++) provider.getTracer('test').startSpan('early').end()
  }
  late[0].resolve('h1')
  const flushed = processor.forceFlush()
  late[1].resolve('h2')
  await flushed
  const hosts = requests.flatMap(({ resourceSpans }) =>
    resourceSpans.map(
      ({ resource }) => resource.attributes.find(({ key }) => key === 'host.id')?.value.stringValue,
    ),
  )
  expect(new Set(hosts)).toEqual(new Set(['h1', 'h2']))
})
