import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { startPipeline } from '../support/pipeline.ts'

const STAMPED = { 'session.id': 'user_1_conv_1', 'user.id': 'user_1', 'tag.tags': ['web'] }

test('session spans, traces and late spans of a session are exported', async (t) => {
  const { provider, tracer, exportAll } = await startPipeline(t)
  const session = startSession(
    {
      sessionId: 'user_1_conv_1',
      userId: 'user_1',
      tags: ['web'],
      name: 'Checkout',
      startTime: new Date(5_000),
    },
    { tracerProvider: provider },
  )
  const answer = await session.trace('turn', async () => {
    await Promise.resolve()
    tracer.startSpan('model call').end()
    return 'answer'
  })
  assert.equal(answer, 'answer')
  session.feedback({ score: 0.5, label: 'helpful' })
  session.end({ state: 'success', reason: 'paid' })
  session.run(() => tracer.startSpan('afterthought').end())
  const arrived = await exportAll()
  assert.deepEqual(arrived['session.start']?.attributes, { ...STAMPED, 'session.name': 'Checkout' })
  assert.deepEqual(arrived['turn']?.attributes, STAMPED)
  assert.deepEqual(arrived['model call']?.attributes, STAMPED)
  assert.deepEqual(arrived['session.end']?.attributes, {
    ...STAMPED,
    'session.end.state': 'success',
    'session.end.reason': 'paid',
  })
  const feedback = arrived['session.feedback']?.attributes
  assert.equal(feedback?.['session.feedback.score'], 0.5)
  assert.equal(feedback?.['session.annotations.0.annotation.label'], 'helpful')
  assert.deepEqual(arrived['afterthought']?.attributes, { ...STAMPED, 'session.late': true })
})

test('a trace that returns a stream ends when that is read, and a trace that throws ends with its error', async (t) => {
  const { provider, memory } = await startPipeline(t)
  const session = resumeSession('user_1_conv_1', { tracerProvider: provider })
  const names = () => memory.getFinishedSpans().map((span) => span.name)
  async function* tokens() {
    yield 'one'
    yield 'two'
  }
  const stream = session.trace('turn', () => tokens())
  assert.deepEqual(names(), [])
  for await (const _ of stream);
  assert.deepEqual(names(), ['turn'])
  assert.throws(() =>
    session.trace('failed turn', () => {
      throw new Error('failed')
    }),
  )
  assert.equal(memory.getFinishedSpans()[1]?.status.message, 'failed')
})

const WAYS: Record<string, (response: Response) => Promise<unknown>> = {
  'its text': (response) => response.text(),
  'a clone': (response) => response.clone().text(),
  'its text, beside a clone': (response) => {
    response.clone()
    return response.text()
  },
}

// Node 26 reads a body without calling methods of its stream.
for (const [name, read] of Object.entries(WAYS)) {
  test(`a trace that returns a Response ends when that is read: ${name}`, async (t) => {
    const { provider, memory } = await startPipeline(t)
    const session = resumeSession('user_1_conv_1', { tracerProvider: provider })
    const words = ['one', 'two']
    const body = new ReadableStream({
      pull(controller) {
        const word = words.shift()
        if (word === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(word))
      },
    })
    const response = await session.trace('turn', async () => new Response(body))
    assert.deepEqual(memory.getFinishedSpans(), [])
    await read(response)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(
      memory.getFinishedSpans().map((span) => span.name),
      ['turn'],
    )
  })
}

test('the shutdown of the provider ends an open session, and exports its end', async (t) => {
  const { provider, receiver } = await startPipeline(t)
  const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: provider })
  await provider.shutdown()
  assert.deepEqual(session.ended, { state: 'indeterminate', reason: 'shutdown' })
  const arrived = receiver.spans().map(({ name, attributes }) => [name, attributes['session.end.reason']])
  assert.deepEqual(arrived, [
    ['session.start', undefined],
    ['session.end', 'shutdown'],
  ])
})
