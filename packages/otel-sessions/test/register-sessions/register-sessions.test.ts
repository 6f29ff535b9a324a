import { context, diag, propagation, trace } from '@opentelemetry/api'
import { registerSessions, usingSession } from 'otel-sessions'
import { afterEach, expect, test, vi } from 'vitest'
import { startCollector } from '../../../../demo/support/collector.ts'

afterEach(() => {
  trace.disable()
  context.disable()
  propagation.disable()
  diag.disable()
})

test('one call is enough: a span in a scope arrives at the endpoint with its session and user', async () => {
  const collector = await startCollector()
  const telemetry = registerSessions({ url: collector.url, protocol: 'http/json' })
  usingSession({ sessionId: 'user_a_conv', userId: 'user_a' }, () => {
    trace.getTracer('app').startActiveSpan('work', (span) => span.end())
  })
  await telemetry.flush()
  expect(collector.spans()).toMatchObject([
    { name: 'work', attributes: { 'session.id': 'user_a_conv', 'user.id': 'user_a' } },
  ])
  await telemetry.shutdown()
  await collector.close()
})

test('with OTEL_TRACES_EXPORTER=console, a short script prints all of its spans before it ends', async () => {
  vi.stubEnv('OTEL_TRACES_EXPORTER', 'console')
  const printed = vi.spyOn(console, 'dir').mockImplementation(() => {})
  try {
    const telemetry = registerSessions()
    usingSession('user_a_conv', () => trace.getTracer('app').startSpan('work').end())
    await telemetry.shutdown()
    expect(printed.mock.calls.map(([span]) => span)).toMatchObject([
      { name: 'work', attributes: { 'session.id': 'user_a_conv' } },
    ])
  } finally {
    printed.mockRestore()
    vi.unstubAllEnvs()
  }
})
