import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { startReceiver } from '../support/receiver.ts'
import { batch } from '../support/sdk.ts'

// Traces only: there is no endpoint for other signals.
Object.assign(process.env, { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' })

test('with NodeSDK, spans carry the session if both processors are in spanProcessors', async (t) => {
  const receiver = await startReceiver()
  t.after(() => receiver.close())
  const exporter = new SessionSpanExporter(new OTLPTraceExporter({ url: receiver.url }))
  const sdk = new NodeSDK({
    spanProcessors: [new SessionSpanProcessor(), batch(exporter)],
    autoDetectResources: false,
  })
  sdk.start()
  const tracer = trace.getTracer('application')
  await usingSession('user_1_conv_1', async () => {
    await tracer.startActiveSpan('root', async (root) => {
      await Promise.resolve()
      tracer.startSpan('child').end()
      root.end()
    })
  })
  await sdk.shutdown()
  const sessions = receiver.spans().map((span) => [span.name, span.attributes['session.id']])
  assert.deepEqual(sessions.sort(), [
    ['child', 'user_1_conv_1'],
    ['root', 'user_1_conv_1'],
  ])
})
