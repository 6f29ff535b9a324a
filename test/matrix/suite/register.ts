import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startReceiver } from '../support/receiver.ts'

const script = `
  const { trace } = require('@opentelemetry/api')
  const { usingSession } = require('otel-sessions')
  usingSession({ sessionId: 'conv_1', userId: 'user_1' }, async () => {
    const tracer = trace.getTracer('application')
    tracer.startSpan('before').end()
    await Promise.resolve()
    tracer.startSpan('after').end()
  })
`

for (const flag of ['--import', '--require']) {
  test(`${flag} otel-sessions/register sets OpenTelemetry up without code, beside an SDK that nobody uses`, async (t) => {
    const receiver = await startReceiver()
    t.after(() => receiver.close())
    const env = {
      ...process.env,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    }
    const args = [flag, 'otel-sessions/register', '--input-type=commonjs', '-e', script]
    const { stderr } = await promisify(execFile)(process.execPath, args, { env })
    assert.equal(stderr, '')
    const spans = receiver.spans().map(({ name, attributes }) => [name, attributes['session.id']])
    assert.deepEqual(spans.sort(), [
      ['after', 'conv_1'],
      ['before', 'conv_1'],
    ])
  })
}
