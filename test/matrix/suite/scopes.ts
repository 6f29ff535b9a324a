import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { context, trace } from '@opentelemetry/api'
import { contextWithSession, getSession, setSpanSession, usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a root span, its child and spans after an await carry the session of the scope', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  const value = await usingSession('user_1_conv_1', () =>
    tracer.startActiveSpan('root', async (root) => {
      tracer.startSpan('child').end()
      await turn()
      tracer.startSpan('after await').end()
      root.end()
      return 42
    }),
  )
  tracer.startSpan('outside').end()
  assert.equal(value, 42)
  const spans = await exportAll()
  assert.deepEqual(sessionsOf(spans), {
    root: 'user_1_conv_1',
    child: 'user_1_conv_1',
    'after await': 'user_1_conv_1',
    outside: undefined,
  })
  assert.equal(spans['child']?.parentSpanId, spans['root']?.spanId)
  assert.equal(spans['root']?.parentSpanId, undefined)
})

test('the spans of a library that uses only the OpenTelemetry API carry it', async (t) => {
  const { provider, exportAll } = await startPipeline(t)
  trace.setGlobalTracerProvider(provider)
  t.after(() => trace.disable())
  const library = {
    tracer: trace.getTracer('some-library', '1.0.0'),
    call(done: () => void) {
      const span = this.tracer.startSpan('GET')
      setImmediate(() => {
        this.tracer.startSpan('parse', {}, trace.setSpan(context.active(), span)).end()
        span.end()
        done()
      })
    },
  }
  await usingSession('user_1_conv_2', () => new Promise<void>((resolve) => library.call(resolve)))
  const spans = await exportAll()
  assert.deepEqual(sessionsOf(spans), { GET: 'user_1_conv_2', parse: 'user_1_conv_2' })
  assert.equal(spans['GET']?.scope, 'some-library')
})

test('two concurrent sessions are kept apart', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  const work = async (id: string) => {
    for (const step of ['a', 'b', 'c']) {
      tracer.startSpan(`${id} ${step}`).end()
      await turn()
    }
  }
  const ids = Array.from({ length: 20 }, (_, index) => `user_${index}_conv_1`)
  await Promise.all(ids.map((id) => usingSession(id, () => work(id))))
  const sessions = Object.entries(sessionsOf(await exportAll()))
  assert.equal(sessions.length, 60)
  for (const [name, session] of sessions) assert.equal(session, name.split(' ')[0])
})

test('a nested scope has its own session, and after it the outer one is active', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  usingSession('outer_1', () => {
    usingSession('inner_1', () => tracer.startSpan('inside').end())
    usingSession({ userId: 'user_7' }, () => tracer.startSpan('with a user').end())
    tracer.startSpan('afterwards').end()
  })
  const spans = await exportAll()
  assert.deepEqual(sessionsOf(spans), { inside: 'inner_1', 'with a user': 'outer_1', afterwards: 'outer_1' })
  assert.equal(spans['with a user']?.attributes['user.id'], 'user_7')
})

test('null and an invalid ID clear the session: the span is exported, with nothing of the outer one', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  const outer = { sessionId: 'outer_2', userId: 'user_8', metadata: { plan: 'pro' }, tags: ['beta'] }
  const given = {
    null: null,
    blank: ' ',
    'a control': 'a\nb',
    undefined: undefined,
    '200 characters': 'x'.repeat(200),
  }
  usingSession(outer, () => {
    for (const [name, session] of Object.entries(given)) {
      usingSession(session as string, () => {
        tracer.startSpan(name, { attributes: { thread_id: 'somebody_elses' } }).end()
      })
    }
    usingSession('x'.repeat(199), () => tracer.startSpan('199 characters').end())
  })
  const spans = await exportAll()
  for (const name of Object.keys(given)) {
    assert.deepEqual(spans[name]?.attributes, { thread_id: 'somebody_elses' }, name)
  }
  assert.equal(spans['199 characters']?.attributes['session.id'], 'x'.repeat(199))
})

test('user, conversation, metadata and tags are stamped in addition to the ID', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  const session = {
    sessionId: 'user_9_conv_1',
    userId: 'user_9',
    conversationId: 'conv_1',
    metadata: { plan: 'pro', seats: 3, trial: false },
    tags: ['beta', 'eu'],
  }
  usingSession(session, () => {
    assert.equal(getSession()?.userId, 'user_9')
    tracer.startSpan('turn').end()
  })
  const { attributes } = (await exportAll())['turn'] ?? {}
  assert.deepEqual(attributes, {
    'session.id': 'user_9_conv_1',
    'user.id': 'user_9',
    'gen_ai.conversation.id': 'conv_1',
    metadata: '{"plan":"pro","seats":3,"trial":false}',
    'tag.tags': ['beta', 'eu'],
  })
})

test('setSpanSession sets the session of an open span and of its later children', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  tracer.startActiveSpan('request', (request) => {
    tracer.startActiveSpan('turn', (turn) => {
      setSpanSession(trace.getActiveSpan(), 'user_4_conv_1')
      tracer.startSpan('afterwards').end()
      turn.end()
    })
    request.end()
  })
  const id = 'user_4_conv_1'
  assert.deepEqual(sessionsOf(await exportAll()), { request: id, turn: id, afterwards: id })
})

test('setSpanSession removes attributes of the earlier session from the exported span', async (t) => {
  const { tracer, memory, exportAll } = await startPipeline(t)
  usingSession({ sessionId: 'user_5_conv_1', userId: 'user_5', tags: ['beta'] }, () => {
    const span = tracer.startSpan('turn', { attributes: { model: 'm-1' } })
    setSpanSession(span, 'user_6_conv_1')
    span.end()
  })
  assert.deepEqual((await exportAll())['turn']?.attributes, { 'session.id': 'user_6_conv_1', model: 'm-1' })
  assert.equal(memory.getFinishedSpans()[0]?.attributes['user.id'], 'user_5')
})

test('a context from contextWithSession carries the session', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  tracer.startSpan('by hand', {}, contextWithSession(context.active(), 'user_5_conv_1')).end()
  assert.deepEqual(sessionsOf(await exportAll()), { 'by hand': 'user_5_conv_1' })
})
