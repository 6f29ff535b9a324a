import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { registerSessions, usingSession } from 'otel-sessions'
import { startReceiver } from '../support/receiver.ts'

test('registerSessions sets OpenTelemetry up beside an SDK that is only installed', async (t) => {
  const receiver = await startReceiver()
  t.after(() => receiver.close())
  const telemetry = registerSessions({ url: receiver.url, protocol: 'http/json' })
  const tracer = trace.getTracer('application')
  await usingSession({ sessionId: 'conv_1', userId: 'user_1' }, () =>
    tracer.startActiveSpan('root', async (root) => {
      await Promise.resolve()
      tracer.startSpan('child').end()
      root.end()
    }),
  )
  await telemetry.shutdown()
  const spans = receiver.spans().map(({ name, attributes }) => [name, attributes['session.id']])
  assert.deepEqual(spans.sort(), [
    ['child', 'conv_1'],
    ['root', 'conv_1'],
  ])
  assert.deepEqual(telemetry.stats().problems, {})
})
