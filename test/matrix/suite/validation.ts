import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'
import { startReceiver } from '../support/receiver.ts'
import {
  batch,
  InMemorySpanExporter,
  makeProvider,
  type ReadableSpan,
  type SpanExporter,
  simple,
} from '../support/sdk.ts'

const tooLong = 'x'.repeat(300)

test('an invalid session.id is not exported, and stays on the span, which others share', async (t) => {
  const { tracer, exporter, memory, exportAll } = await startPipeline(t)
  tracer.startSpan('bad', { attributes: { 'session.id': tooLong, model: 'm-1' } }).end()
  assert.deepEqual((await exportAll())['bad']?.attributes, { model: 'm-1' })
  const [span] = memory.getFinishedSpans()
  assert.deepEqual(span?.attributes, { 'session.id': tooLong, model: 'm-1' })
  assert.deepEqual(exporter.stats().dropped, { 'too-long': 1 })
})

test('a span that needs no change reaches the wrapped exporter as the same object', async () => {
  const shared = new InMemorySpanExporter()
  const wrapped = new InMemorySpanExporter()
  const provider = makeProvider('shop', [simple(shared), simple(new SessionSpanExporter(wrapped))])
  const tracer = provider.getTracer('application')
  tracer.startSpan('good', { attributes: { 'session.id': 'conv_1' } }).end()
  tracer.startSpan('bad', { attributes: { 'session.id': tooLong } }).end()
  await provider.forceFlush()
  const [good, bad] = shared.getFinishedSpans()
  const [sameGood, otherBad] = wrapped.getFinishedSpans()
  assert.ok(good !== undefined && sameGood === good)
  assert.ok(otherBad !== undefined && otherBad !== bad)
  await provider.shutdown()
})

test('changed and unchanged spans are exported in one group, complete', async (t) => {
  const { tracer, exporter, receiver, exportAll } = await startPipeline(t)
  usingSession('conv_1', () => {
    tracer.startActiveSpan('parent', (parent) => {
      const changed = tracer.startSpan('changed', { attributes: { 'session.id': tooLong, model: 'm-1' } })
      changed.addEvent('first token', { index: 0 })
      changed.setStatus({ code: SpanStatusCode.ERROR, message: 'quota' })
      changed.end()
      tracer.startSpan('unchanged').end()
      parent.end()
    })
  })
  const spans = await exportAll()
  assert.equal(exporter.stats().changed, 1)
  const resources = receiver.requests.flatMap((request) => request.resourceSpans ?? [])
  assert.equal(resources.length, 1)
  assert.equal(resources[0]?.scopeSpans?.length, 1)
  const { resource } = resources[0] as { resource?: { attributes?: { key: string; value: unknown }[] } }
  const name = resource?.attributes?.find(({ key }) => key === 'service.name')
  assert.deepEqual(name?.value, { stringValue: 'shop' })
  assert.equal(spans['changed']?.parentSpanId, spans['parent']?.spanId)
  assert.equal(spans['changed']?.traceId, spans['parent']?.traceId)
  const raw = resources[0]?.scopeSpans?.[0]?.spans?.find((span) => span.name === 'changed') as unknown as {
    events: { name: string }[]
    status: { code: number; message: string }
  }
  assert.deepEqual(
    raw.events.map((event) => event.name),
    ['first token'],
  )
  assert.deepEqual([raw.status.code, raw.status.message], [2, 'quota'])
})

test('an ID that the attribute length limit truncates is complete on the wire', async (t) => {
  const id = '123e4567-e89b-42d3-a456-426614174000'
  const { tracer, memory, exportAll } = await startPipeline(t, { limits: { attributeValueLengthLimit: 12 } })
  usingSession(id, () => tracer.startSpan('turn').end())
  assert.equal((await exportAll())['turn']?.attributes['session.id'], id)
  assert.equal(memory.getFinishedSpans()[0]?.attributes['session.id'], id.slice(0, 12))
})

test('forceFlush waits for the batch in flight, also around an exporter without forceFlush', async (t) => {
  const receiver = await startReceiver()
  const otlp = new OTLPTraceExporter({ url: receiver.url })
  const wrapped: SpanExporter = {
    export: (spans, done) => otlp.export(spans, done),
    shutdown: () => otlp.shutdown(),
  }
  const exporter = new SessionSpanExporter(wrapped)
  const provider = makeProvider('shop', [batch(exporter)])
  const release = receiver.hold()
  t.after(async () => {
    release()
    await provider.shutdown()
    await receiver.close()
  })
  const arrival = receiver.arrival()
  const tracer = provider.getTracer('application')
  for (let index = 0; index < 512; index++) tracer.startSpan('one of a full batch').end()
  await arrival
  let isFlushed = false
  const flush = exporter.forceFlush().then(() => {
    isFlushed = true
  })
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isFlushed, false)
  release()
  await flush
  assert.equal(receiver.spans().length, 512)
})

test('shutdown may be called twice, reaches the wrapped exporter once, and later exports fail', async () => {
  let shutdowns = 0
  const wrapped = {
    export(_: ReadableSpan[], done: (result: { code: number }) => void) {
      done({ code: 0 })
    },
    shutdown: async () => void shutdowns++,
  }
  const exporter = new SessionSpanExporter(wrapped)
  await Promise.all([exporter.shutdown(), exporter.shutdown()])
  assert.equal(shutdowns, 1)
  let code: number | undefined
  exporter.export([], (result) => {
    code = result.code
  })
  assert.equal(code, 1)
  assert.deepEqual(exporter.stats().failures, { 'after-shutdown': 1 })
})

test('stats count stamped, exported, changed and dropped spans', async (t) => {
  const { tracer, processor, exporter, exportAll } = await startPipeline(t)
  usingSession('conv_7', () => tracer.startSpan('explicit').end())
  usingSession(null, () => tracer.startSpan('cleared').end())
  tracer.startSpan('inferred', { attributes: { session_id: 'conv_8' } }).end()
  tracer.startSpan('without session').end()
  tracer.startSpan('rejected', { attributes: { 'session.id': 'a\tb' } }).end()
  assert.deepEqual(sessionsOf(await exportAll()), {
    explicit: 'conv_7',
    cleared: undefined,
    inferred: 'conv_8',
    'without session': undefined,
    rejected: undefined,
  })
  const { started, skipped, failed } = processor.stats()
  assert.deepEqual(
    { ...started, skipped, failed },
    { explicit: 1, cleared: 2, inferred: 1, withoutSession: 1, skipped: 0, failed: 0 },
  )
  assert.deepEqual(exporter.stats(), {
    spans: 5,
    changed: 1,
    dropped: { 'control-character': 1 },
    fieldsRestored: 0,
    replaced: 0,
    backfilled: 0,
    waiting: 0,
    notBackfilled: {},
    backends: {},
    conflicts: 0,
    metadataNotRead: 0,
    unreadable: 0,
    failures: {},
  })
})
