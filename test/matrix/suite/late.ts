import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'
import { callsOnEnding, type SpanProcessor } from '../support/sdk.ts'

test('the SDK calls onEnding, or does not, as its adapter says', async (t) => {
  const told: string[] = []
  const spy = {
    onStart() {},
    onEnding: () => void told.push('ending'),
    onEnd: () => void told.push('end'),
    forceFlush: async () => {},
    shutdown: async () => {},
  } satisfies SpanProcessor & { onEnding: unknown }
  const { tracer } = await startPipeline(t, { more: [spy] })
  tracer.startSpan('any').end()
  assert.deepEqual(told, callsOnEnding ? ['ending', 'end'] : ['end'])
})

test('an alias among the start attributes sets the session of the span and its children', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t)
  tracer.startActiveSpan('agent', { attributes: { thread_id: 'thread-1' } }, (agent) => {
    tracer.startSpan('tool').end()
    agent.end()
  })
  assert.deepEqual(sessionsOf(await exportAll()), { agent: 'thread-1', tool: 'thread-1' })
  assert.equal(processor.stats().started.inferred, 2)
})

test('an ID at the end, as from LangChain, reaches the span and its parent without a session', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  tracer.startActiveSpan('POST /chat', (request) => {
    const chain = tracer.startSpan('LangGraph')
    chain.setAttribute('metadata', JSON.stringify({ thread_id: 'thread-2', langgraph_step: 1 }))
    chain.setAttribute('session.id', 'thread-2')
    chain.end()
    const model = tracer.startSpan('ChatOpenAI')
    model.setAttribute('metadata', JSON.stringify({ thread_id: 'thread-2' }))
    model.end()
    request.end()
  })
  assert.deepEqual(sessionsOf(await exportAll()), {
    'POST /chat': 'thread-2',
    LangGraph: 'thread-2',
    ChatOpenAI: 'thread-2',
  })
})

test('the root span of a batch over several sessions gets none', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  tracer.startActiveSpan('batch', (batch) => {
    for (const id of ['conv_1', 'conv_2']) usingSession(id, () => tracer.startSpan(id).end())
    batch.end()
  })
  assert.deepEqual(sessionsOf(await exportAll()), { batch: undefined, conv_1: 'conv_1', conv_2: 'conv_2' })
})

test('a span without a session gets the default session of the process', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t, { defaultSession: 'run_1' })
  tracer.startActiveSpan('agent', (agent) => {
    tracer.startSpan('tool').end()
    agent.end()
  })
  tracer.startSpan('thread', { attributes: { thread_id: 'thread-1' } }).end()
  usingSession(null, () => tracer.startSpan('nobody').end())
  assert.deepEqual(sessionsOf(await exportAll()), {
    agent: 'run_1',
    tool: 'run_1',
    thread: 'thread-1',
    nobody: undefined,
  })
  assert.equal(processor.stats().late.defaulted, 2)
})

test('an overwritten session is restored, and the other ID is kept', async (t) => {
  const { tracer, processor, exporter, exportAll } = await startPipeline(t)
  usingSession('mine_1', () => {
    const span = tracer.startSpan('chain')
    span.setAttribute('session.id', 'theirs_1')
    span.end()
  })
  const { attributes } = (await exportAll())['chain'] ?? {}
  assert.deepEqual(attributes, { 'session.id': 'mine_1', 'otel_sessions.overwritten_id': 'theirs_1' })
  assert.equal(processor.stats().late.restored, 1)
  assert.equal(exporter.stats().conflicts, callsOnEnding ? 0 : 1)
})

test('metadata that replaces ours at the end is merged with ours', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  usingSession({ sessionId: 'mine_2', metadata: { plan: 'pro', step: 0 } }, () => {
    const span = tracer.startSpan('chain')
    span.setAttribute('metadata', '{"step":1}')
    span.end()
  })
  const { metadata } = (await exportAll())['chain']?.attributes ?? {}
  assert.deepEqual(JSON.parse(metadata as string), { plan: 'pro', step: 1 })
})
