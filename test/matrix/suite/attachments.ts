import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SessionIdle, startSession } from '@otel-sessions/processor/lifecycle'
import { startPipeline } from '../support/pipeline.ts'

test('a file is sent inline, or as its hash', async (t) => {
  const { provider, exportAll } = await startPipeline(t)
  const file = fileURLToPath(import.meta.url)
  const content = await readFile(file)
  const fields = {
    'session.id': 'user_1_conv_1',
    'session.attachment.name': 'a file',
    'session.attachment.type': 'text/plain',
    'session.attachment.size': content.length,
    'session.attachment.sha256': createHash('sha256').update(content).digest('hex'),
  }
  const attached = { file, name: 'a file', type: 'text/plain' }
  const whole = startSession(
    { sessionId: 'user_1_conv_1' },
    { tracerProvider: provider, maxInlineBytes: 100_000 },
  )
  await whole.attach(attached)
  assert.deepEqual((await exportAll())['session.attachment']?.attributes, {
    ...fields,
    'session.attachment.content': content.toString(),
    'session.attachment.encoding': 'utf-8',
  })
  const hashed = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: provider, maxInlineBytes: 0 })
  await hashed.attach(attached)
  assert.deepEqual((await exportAll())['session.attachment']?.attributes, fields)
})

test('an attribute that the SDK truncates is left out', async (t) => {
  const { provider, exportAll } = await startPipeline(t, { limits: { attributeValueLengthLimit: 20 } })
  const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: provider })
  await session.attach({ url: 'https://files.example/report.pdf', name: 'report.pdf' })
  const { attributes } = (await exportAll())['session.attachment'] ?? {}
  assert.deepEqual(attributes, { 'session.id': 'user_1_conv_1', 'session.attachment.name': 'report.pdf' })
})

test('an idle session is ended, and no longer watched', async (t) => {
  const idle = new SessionIdle({ idle: 1 })
  const { provider, memory } = await startPipeline(t, { more: [idle] })
  const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: provider })
  assert.equal(idle.size, 1)
  while (session.ended === undefined) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(session.ended, { state: 'indeterminate', reason: 'idle' })
  assert.equal(memory.getFinishedSpans().at(-1)?.name, 'session.end')
  assert.equal(idle.size, 0)
})
