import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diag } from '@opentelemetry/api'
import { processStats, usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'

test('without a context manager fn still runs once; this is counted, and logged once', async (t) => {
  const messages: string[] = []
  const note = (...message: unknown[]) => void messages.push(message.join(' '))
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} })
  const { tracer, processor, exportAll } = await startPipeline(t)
  let runs = 0
  const work = () => {
    runs++
    tracer.startSpan(`run ${runs}`).end()
    return runs
  }
  assert.equal(usingSession('conv_1', work), 1)
  assert.equal(await usingSession('conv_1', async () => work()), 2)
  assert.deepEqual(sessionsOf(await exportAll()), { 'run 1': undefined, 'run 2': undefined })
  assert.deepEqual(processStats().problems, { 'context:no-manager': 2 })
  assert.deepEqual(processor.stats().process, processStats())
  const ours = messages.filter((message) => message.includes('there is no context manager'))
  assert.equal(ours.length, 1)
})
