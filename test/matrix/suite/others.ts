import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { hashSessionId } from '@otel-sessions/exporter/hash'
import { contextWithSession } from '@otel-sessions/processor'
import { startPipeline } from '../support/pipeline.ts'

/** The context keys of other libraries' sessions, and of one from a request. */
const PLACES: Record<string, unknown> = {
  'OpenInference SDK Context Key session.id': 'conv_1',
  langfuse_session_id: 'conv_1',
  conversation_id: 'conv_1',
  association_properties: { session_id: 'conv_1' },
  'otel-sessions.inbound': 'conv_1',
}

test('a session from other libraries and inbound requests is inferred, and a scope takes precedence', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  for (const [key, value] of Object.entries(PLACES)) {
    const at = ROOT_CONTEXT.setValue(createContextKey(key), value)
    tracer.startSpan(`hinted by ${key}`, {}, at).end()
    tracer.startSpan(`stated over ${key}`, {}, contextWithSession(at, 'conv_2')).end()
  }
  const exported = Object.entries(await exportAll())
  assert.equal(exported.length, 10)
  for (const [name, span] of exported) {
    assert.equal(span?.attributes['session.id'], name.startsWith('hinted') ? 'conv_1' : 'conv_2', name)
  }
})

test('a long ID is exported as its hash if the exporter is configured so', async (t) => {
  const long = 'x'.repeat(300)
  const { tracer, exportAll } = await startPipeline(t, { onInvalid: hashSessionId })
  tracer.startSpan('long', { attributes: { 'session.id': long } }).end()
  assert.equal((await exportAll())['long']?.attributes['session.id'], hashSessionId(long))
})
