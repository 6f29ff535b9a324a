import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'
import { takesAnyValue } from '../support/sdk.ts'

// Values that SDK 3 keeps on a span as they are, and the others leave out.
const values: Record<string, unknown> = {
  null: null,
  object: { id: 'conv_1' },
  'empty object': {},
  'object without prototype': Object.assign(Object.create(null), { id: 'conv_1' }),
  'mixed array': ['conv_1', 1, null],
  bytes: new Uint8Array([1, 2]),
  number: 7,
  boolean: true,
  bigint: 7n,
  symbol: Symbol('conv_1'),
}

test('a session.id of any type among the start attributes throws nothing and is not exported', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t)
  for (const [name, value] of Object.entries(values)) {
    tracer.startSpan(name, { attributes: { 'session.id': value as string } }).end()
  }
  const spans = await exportAll()
  assert.deepEqual(Object.keys(spans), Object.keys(values))
  for (const span of Object.values(spans)) assert.equal(span.attributes['session.id'], undefined, span.name)
  assert.equal(processor.stats().failed, 0)
})

test('a value of any type that overwrites the session is replaced by it', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t)
  usingSession('conv_2', () => {
    for (const [name, value] of Object.entries(values)) {
      const span = tracer.startSpan(name)
      span.setAttribute('session.id', value as string)
      span.end()
    }
  })
  const sessions = sessionsOf(await exportAll())
  assert.equal(Object.keys(sessions).length, Object.keys(values).length)
  for (const [name, session] of Object.entries(sessions)) assert.equal(session, 'conv_2', name)
  assert.equal(processor.stats().failed, 0)
})

test('metadata that is an object sets the session if the SDK keeps objects', async (t) => {
  const { tracer, memory, exportAll } = await startPipeline(t)
  tracer.startSpan('chain', { attributes: { metadata: { thread_id: 'thread-3' } as never } }).end()
  assert.deepEqual(sessionsOf(await exportAll()), { chain: takesAnyValue ? 'thread-3' : undefined })
  // Otherwise this test would check nothing.
  assert.equal('metadata' in (memory.getFinishedSpans()[0]?.attributes ?? {}), takesAnyValue)
})
