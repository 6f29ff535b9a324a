import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpanKind } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { langsmith, sessionProcessors, usingSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'
import { sessionsOf } from '../support/pipeline.ts'
import { startReceiver } from '../support/receiver.ts'
import { batch, InMemorySpanExporter, makeProvider, simple } from '../support/sdk.ts'

test('sessionProcessors gives every processor valid sessions, with backfill and the keys of a backend', async (t) => {
  const receiver = await startReceiver()
  const memory = new InMemorySpanExporter()
  const otlp = batch(new OTLPTraceExporter({ url: receiver.url }))
  const processors = sessionProcessors([otlp, simple(memory)], { backends: [langsmith] })
  const provider = makeProvider('shop', processors)
  t.after(async () => {
    await provider.shutdown()
    await receiver.close()
  })
  const tracer = provider.getTracer('application')
  tracer.startActiveSpan('request', (request) => {
    tracer.startSpan('before').end()
    usingSession({ sessionId: 'conv_1', userId: 'user_1' }, () => tracer.startSpan('inside').end())
    request.end()
  })
  tracer.startSpan('invalid', { attributes: { 'session.id': 'x'.repeat(200) } }).end()
  await provider.forceFlush()
  const arrived = Object.fromEntries(receiver.spans().map((span) => [span.name, span]))
  const expected = { before: 'conv_1', inside: 'conv_1', invalid: undefined, request: 'conv_1' }
  assert.deepEqual(sessionsOf(arrived), expected)
  assert.equal(arrived['before']?.attributes['user.id'], 'user_1')
  assert.equal(arrived['before']?.attributes['langsmith.metadata.session_id'], 'conv_1')
  const kept = memory.getFinishedSpans().map(({ name, attributes }) => [name, attributes['session.id']])
  assert.deepEqual(Object.fromEntries(kept), expected)
})

test('a helper puts the session on the span of the request, and on what the handler starts', async (t) => {
  const memory = new InMemorySpanExporter()
  const provider = makeProvider('shop', sessionProcessors([simple(memory)]))
  t.after(() => provider.shutdown())
  const tracer = provider.getTracer('application')
  const middleware = sessions<{ user: string }>({ session: async ({ user }) => `${user}_conv` })
  const serve = (user: string) =>
    tracer.startActiveSpan(`GET ${user}`, { kind: SpanKind.SERVER }, async (server) => {
      await new Promise<void>((resolve) => {
        middleware({ user }, {}, () => {
          tracer.startSpan(`query ${user}`).end()
          resolve()
        })
      })
      server.end()
    })
  await Promise.all(['ann', 'bob'].map(serve))
  await provider.forceFlush()
  const kept = memory.getFinishedSpans().map(({ name, attributes }) => [name, attributes['session.id']])
  assert.deepEqual(Object.fromEntries(kept), {
    'GET ann': 'ann_conv',
    'GET bob': 'bob_conv',
    'query ann': 'ann_conv',
    'query bob': 'bob_conv',
  })
})
