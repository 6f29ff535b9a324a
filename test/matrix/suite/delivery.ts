import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import zlib from 'node:zlib'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { listen } from '../../../demo/support/http.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeProvider, simple, takesAnyValue } from '../support/sdk.ts'

const NOBODY = 'http://127.0.0.1:1/v1/traces'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-delivery-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('the processor sends the same data as the exporter of this SDK', async (t) => {
  const [theirs, ours] = [await startReceiver(), await startReceiver()]
  t.after(() => Promise.all([theirs.close(), ours.close()]))
  const processor = new PersistentBatchSpanProcessor({ url: ours.url, protocol: 'http/json', session: false })
  const provider = makeProvider('shop', [simple(new OTLPTraceExporter({ url: theirs.url })), processor])
  const tracer = provider.getTracer('application', '1.2.3')
  const parent = tracer.startSpan('parent', {
    kind: SpanKind.SERVER,
    attributes: {
      text: 'grüße 🎉',
      whole: 7,
      broken: 1.5,
      yes: true,
      list: ['a', 'b'],
    },
  })
  // Missing in the types of an older API.
  const others: Record<string, unknown> = {
    none: null,
    object: { a: [1, { b: 'c' }] },
    bytes: new Uint8Array(3),
  }
  for (const [key, value] of takesAnyValue ? Object.entries(others) : [])
    parent.setAttribute(key, value as string)
  parent.addEvent('first token', { index: 0 })
  parent.addLink?.({ context: tracer.startSpan('linked').spanContext(), attributes: { why: 'retry' } })
  parent.setStatus({ code: SpanStatusCode.ERROR, message: 'quota' })
  parent.end()
  await provider.forceFlush()
  assert.equal(ours.requests.length, 1)
  assert.deepEqual(comparable(ours.requests), comparable(theirs.requests))
  await provider.shutdown()
})

/** Without the flags of spans and links, which the exporter of SDK 1 does not support. */
const comparable = (requests: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(requests), (key, value) => (key === 'flags' ? undefined : value))

test('zstd is accepted if Node supports it; otherwise the error names it', async () => {
  const create = () => new PersistentBatchSpanProcessor({ url: NOBODY, compression: 'zstd' })
  if ('zstdCompress' in zlib) await create().shutdown()
  else assert.throws(create, /option compression 'zstd' needs Node 22.15 or later/)
})

test('the next process delivers a journal left during an outage', async (t) => {
  const directory = temporaryFolder(t)
  const receiver = await startReceiver()
  t.after(() => receiver.close())
  const options = { protocol: 'http/json', directory } as const
  const first = new PersistentBatchSpanProcessor({ ...options, url: NOBODY, shutdownTimeoutMillis: 5000 })
  const provider = makeProvider('shop', [new SessionSpanProcessor(), first])
  const tracer = provider.getTracer('application')
  usingSession('conv_1', () => {
    for (let index = 0; index < 200; index++) tracer.startSpan(`span ${index}`).end()
  })
  await provider.shutdown()
  assert.equal(first.stats().queued.spans, 200)
  const second = new PersistentBatchSpanProcessor({ ...options, url: receiver.url })
  await second.forceFlush()
  await second.shutdown()
  assert.equal(second.stats().delivered, 200)
  assert.equal(new Set(receiver.spans().map(({ name }) => name)).size, 200)
  assert.ok(receiver.spans().every(({ attributes }) => attributes['session.id'] === 'conv_1'))
  assert.deepEqual(
    readdirSync(directory).filter((name) => name !== 'rejected'),
    [],
  )
})

test('requests are protobuf by default, and compressed as configured', async (t) => {
  const requests: { type: string | undefined; encoding: string | undefined; body: Buffer }[] = []
  const { server, port } = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { 'content-type': type, 'content-encoding': encoding } = request.headers
    requests.push({ type, encoding, body: Buffer.concat(chunks) })
    response.writeHead(200).end()
  })
  t.after(() => server.close())
  const url = `http://127.0.0.1:${port}/v1/traces`
  const processor = new PersistentBatchSpanProcessor({ url, compression: 'gzip' })
  const provider = makeProvider('shop', [processor])
  provider.getTracer('application').startSpan('a name that is found').end()
  await processor.forceFlush()
  await provider.shutdown()
  const [request] = requests
  assert.deepEqual([request?.type, request?.encoding], ['application/x-protobuf', 'gzip'])
  assert.ok(zlib.gunzipSync(request?.body ?? '').includes('a name that is found'))
  assert.equal(requests.length, 1)
})
