import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { langfuse, langsmith } from '@otel-sessions/exporter/backends'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { startReceiver } from '../support/receiver.ts'
import { batch, makeProvider, type ReadableSpan } from '../support/sdk.ts'

test('the keys of several backends arrive in addition to the stamped attributes', async (t) => {
  const receiver = await startReceiver()
  const exporter = new SessionSpanExporter<ReadableSpan>(new OTLPTraceExporter({ url: receiver.url }), {
    backends: [langfuse, langsmith],
  })
  const provider = makeProvider('shop', [new SessionSpanProcessor(), batch(exporter)])
  t.after(async () => {
    await provider.shutdown()
    await receiver.close()
  })
  const session = { sessionId: 'conv_1', userId: 'user_1', metadata: { plan: 'pro' }, tags: ['beta', 'eu'] }
  usingSession(session, () => provider.getTracer('application').startSpan('answer').end())
  await provider.forceFlush()
  await exporter.forceFlush()
  const [span] = receiver.spans()
  assert.deepEqual(span?.attributes, {
    'session.id': 'conv_1',
    'user.id': 'user_1',
    metadata: '{"plan":"pro"}',
    'tag.tags': ['beta', 'eu'],
    'langfuse.session.id': 'conv_1',
    'langfuse.user.id': 'user_1',
    'langfuse.trace.tags': ['beta', 'eu'],
    'langfuse.trace.metadata.plan': 'pro',
    'langsmith.metadata.session_id': 'conv_1',
    'langsmith.metadata.user_id': 'user_1',
    'langsmith.span.tags': 'beta,eu',
    'langsmith.metadata.plan': 'pro',
  })
})
