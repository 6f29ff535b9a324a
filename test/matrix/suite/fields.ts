import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { type Pipeline, startPipeline } from '../support/pipeline.ts'

const FIELDS = { userId: 'user_1', conversationId: 'talk_1', metadata: { plan: 'pro' }, tags: ['beta'] }
const STAMPED = {
  'user.id': 'user_1',
  'gen_ai.conversation.id': 'talk_1',
  metadata: '{"plan":"pro"}',
  'tag.tags': ['beta'],
}
const ALL = { 'session.id': 'conv_1', ...STAMPED }

async function attributesOf({ exportAll }: Pipeline): Promise<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(await exportAll()).map(([name, span]) => [name, span.attributes]))
}

test('fields that setSpanSession sets inside a scope are inherited by what starts below', async (t) => {
  const pipeline = await startPipeline(t)
  const { tracer } = pipeline
  usingSession('conv_1', () =>
    tracer.startActiveSpan('agent', (agent) => {
      setSpanSession(agent, FIELDS)
      tracer.startSpan('tool').end()
      agent.end()
    }),
  )
  assert.deepEqual(await attributesOf(pipeline), { agent: ALL, tool: ALL })
})

test('fields that a scope adds reach the active span of the same session', async (t) => {
  const pipeline = await startPipeline(t)
  const { tracer } = pipeline
  tracer.startActiveSpan('request', (request) => {
    setSpanSession(request, 'conv_1')
    usingSession(FIELDS, () => tracer.startSpan('handler').end())
    request.end()
  })
  assert.deepEqual(await attributesOf(pipeline), { request: ALL, handler: ALL })
})

test('a span that learns its session from below learns the fields on which all agree', async (t) => {
  const pipeline = await startPipeline(t)
  const { tracer } = pipeline
  tracer.startActiveSpan('POST /chat', (request) => {
    usingSession({ sessionId: 'conv_1', ...FIELDS }, () => tracer.startSpan('first').end())
    usingSession({ sessionId: 'conv_1', ...FIELDS, userId: 'user_2' }, () => tracer.startSpan('second').end())
    request.end()
  })
  const { 'user.id': _, ...agreed } = ALL
  assert.deepEqual((await attributesOf(pipeline))['POST /chat'], agreed)
})

test('fields that limits of the SDK drop or truncate are exported whole', async (t) => {
  for (const limits of [{ attributeCountLimit: 1 }, { attributeValueLengthLimit: 3 }]) {
    const pipeline = await startPipeline(t, { limits })
    usingSession({ sessionId: 'conv_1', ...FIELDS }, () => {
      pipeline.tracer.startSpan('full', { attributes: { model: 'm-1' } }).end()
    })
    assert.deepEqual(await attributesOf(pipeline), { full: { model: 'm-1', ...ALL } })
    assert.equal(pipeline.exporter.stats().fieldsRestored, 1)
  }
})
