import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SessionAnalytics, type SessionTotals } from '@otel-sessions/analytics'
import { PRICES } from '@otel-sessions/analytics/prices'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { SESSION_SPAN_SCOPE } from '@otel-sessions/semconv'
import { startReceiver } from '../support/receiver.ts'
import { batch, makeProvider, type ReadableSpan, type SpanProcessor } from '../support/sdk.ts'

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 1_000,
  'gen_ai.usage.output_tokens': 100,
}

/** A turn in which a framework reports usage on a span and on its child, followed by the session's end. */
function turn(): void {
  const tracer = trace.getTracer('application')
  usingSession({ sessionId: 'conv_1', userId: 'user_1' }, () => {
    tracer.startActiveSpan('POST /chat', (root) => {
      tracer.startActiveSpan('generate', { attributes: CALL }, (outer) => {
        tracer.startSpan('chat gpt-4o', { attributes: CALL }).end()
        outer.end()
      })
      root.end()
    })
    const words = trace.getTracer(SESSION_SPAN_SCOPE)
    words.startSpan('session.end', { attributes: { 'session.end.state': 'success' }, root: true }).end()
  })
}

test('totals as a span processor and inside the session exporter are equal, and count exported spans', async (t) => {
  const receiver = await startReceiver()
  const analytics = [
    new SessionAnalytics({ prices: PRICES }),
    new SessionAnalytics({ prices: PRICES }),
  ] as const
  const [first, second] = analytics
  const ended: SessionTotals[] = []
  for (const one of analytics) one.onSessionEnd((totals) => ended.push(totals))
  const asProcessor: SpanProcessor = first
  const exporter = second.exporter<ReadableSpan>(new OTLPTraceExporter({ url: receiver.url }))
  const provider = makeProvider('shop', [
    new SessionSpanProcessor(),
    asProcessor,
    batch(new SessionSpanExporter<ReadableSpan>(exporter)),
  ])
  trace.setGlobalTracerProvider(provider)
  t.after(async () => {
    await provider.shutdown()
    await receiver.close()
    trace.disable()
  })
  turn()
  await provider.forceFlush()
  assert.equal(receiver.spans().length, 4)
  assert.equal(ended.length, 2)
  for (const { id, spans, traces, llmCalls, tokens, userIds, end } of ended) {
    const { input, output } = tokens
    assert.deepEqual(
      { id, spans, traces, llmCalls, input, output, userIds, state: end?.state },
      {
        id: 'conv_1',
        spans: 3,
        traces: 1,
        llmCalls: 1,
        input: 1_000,
        output: 100,
        userIds: ['user_1'],
        state: 'success',
      },
    )
  }
  assert.deepEqual(first.stats('conv_1'), second.stats('conv_1'))
  assert.equal(first.stats('conv_1')?.cost?.total, 0.0035)
})
