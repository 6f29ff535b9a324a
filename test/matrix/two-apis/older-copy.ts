import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { diag } from '@opentelemetry/api'
import { processStats, usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'

const messages: string[] = []
const note = (...message: unknown[]) => void messages.push(message.join(' '))
diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} })

test('the packages resolve api 1.9.1, the application 1.10.0', () => {
  const versionIn = (folder: string) =>
    JSON.parse(readFileSync(`${folder}node_modules/@opentelemetry/api/package.json`, 'utf8')).version
  assert.equal(versionIn(''), '1.10.0')
  for (const name of ['processor', 'exporter']) {
    assert.equal(versionIn(`node_modules/@otel-sessions/${name}/`), '1.9.1')
  }
})

test('scopes work, and an invalid ID is logged to the application’s logger', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t)
  await usingSession('conv_1', async () => {
    await tracer.startActiveSpan('root', async (root) => {
      await Promise.resolve()
      tracer.startSpan('child').end()
      root.end()
    })
  })
  usingSession(' ', () => tracer.startSpan('refused').end())
  assert.deepEqual(sessionsOf(await exportAll()), { root: 'conv_1', child: 'conv_1', refused: undefined })
  assert.deepEqual(processStats().problems, { 'session-id:empty': 1 })
  assert.equal(processor.stats().started.explicit, 2)
  assert.equal(messages.length, 1)
  assert.match(messages[0] ?? '', /a session ID is rejected/)
})
