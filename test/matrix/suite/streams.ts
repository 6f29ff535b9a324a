import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindSession, getSession, usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'

test('an async generator that is created inside and consumed outside stays in its session', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  async function* answer() {
    try {
      for (const token of ['one', 'two', 'three']) {
        tracer.startSpan(token).end()
        yield token
      }
    } finally {
      tracer.startSpan('cleanup').end()
    }
  }
  const tokens = usingSession('stream_1', answer)
  await usingSession('reader_1', async () => {
    for await (const token of tokens) {
      tracer.startSpan(`render ${token}`).end()
      if (token === 'two') break
    }
  })
  assert.deepEqual(sessionsOf(await exportAll()), {
    one: 'stream_1',
    'render one': 'reader_1',
    two: 'stream_1',
    'render two': 'reader_1',
    cleanup: 'stream_1',
  })
})

test('a web stream to which a promise resolves is pulled in its session', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  let chunk = 0
  const source = {
    pull(controller: ReadableStreamDefaultController<string>) {
      tracer.startSpan(`pull ${++chunk}`).end()
      if (chunk > 2) controller.close()
      else controller.enqueue('token')
    },
  }
  const stream = await usingSession('stream_2', async () => new ReadableStream(source, { highWaterMark: 0 }))
  let read = 0
  for await (const token of stream) read += token.length
  assert.equal(read, 10)
  const sessions = Object.values(sessionsOf(await exportAll()))
  assert.deepEqual(sessions, ['stream_2', 'stream_2', 'stream_2'])
})

test('a bound function runs later in the session, with its own arguments', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  const job = bindSession((name: string, times: number) => {
    for (let index = 1; index <= times; index++) tracer.startSpan(`${name} ${index}`).end()
    return getSession()?.sessionId
  }, 'queued_1')
  assert.equal(
    usingSession('worker_1', () => job('job', 2)),
    'queued_1',
  )
  const active = usingSession('queued_2', () => bindSession(() => tracer.startSpan('active').end()))
  active()
  assert.deepEqual(sessionsOf(await exportAll()), {
    'job 1': 'queued_1',
    'job 2': 'queued_1',
    active: 'queued_2',
  })
})
