import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { context, diag } from '@opentelemetry/api'
import { contextWithSession, processStats, usingSession } from '@otel-sessions/processor'
import { sessionsOf, startPipeline } from '../support/pipeline.ts'

const messages: string[] = []
const note = (...message: unknown[]) => void messages.push(message.join(' '))
diag.setLogger({ error: note, warn: note, info: note, debug() {}, verbose() {} })

test('the packages resolve api 1.10.0, the application 1.9.1', () => {
  const versionIn = (folder: string) =>
    JSON.parse(readFileSync(`${folder}node_modules/@opentelemetry/api/package.json`, 'utf8')).version
  assert.equal(versionIn(''), '1.9.1')
  for (const name of ['processor', 'exporter']) {
    assert.equal(versionIn(`node_modules/@otel-sessions/${name}/`), '1.10.0')
  }
})

test('every scope is lost; fn runs, nothing throws, stats() counts it, and the logger of the application gets the reason', async (t) => {
  const { tracer, processor, exportAll } = await startPipeline(t)
  const result = await usingSession('conv_1', async () => {
    tracer.startSpan('first').end()
    await Promise.resolve()
    tracer.startSpan('second').end()
    return 'ran'
  })
  assert.equal(result, 'ran')
  assert.deepEqual(sessionsOf(await exportAll()), { first: undefined, second: undefined })
  assert.deepEqual(processStats().problems, { 'context:no-manager': 1 })
  assert.equal(processor.stats().process.problems['context:no-manager'], 1)
  assert.deepEqual(processor.stats().started, { explicit: 0, cleared: 0, inferred: 0, withoutSession: 2 })
  assert.equal(messages.length, 1)
  assert.match(messages[0] ?? '', /registered with @opentelemetry\/api 1\.9\.1, an older copy/)
})

test('everything that does not need the active context works: attributes, aliases, contextWithSession', async (t) => {
  const { tracer, exportAll } = await startPipeline(t)
  tracer.startSpan('attribute', { attributes: { 'session.id': 'conv_2' } }).end()
  tracer.startSpan('alias', { attributes: { thread_id: 'conv_3' } }).end()
  const late = tracer.startSpan('late alias')
  late.setAttribute('metadata', '{"thread_id":"conv_4"}')
  late.end()
  context.with(contextWithSession(context.active(), 'conv_5'), () => tracer.startSpan('by hand').end())
  tracer.startSpan('refused', { attributes: { 'session.id': 'x'.repeat(200) } }).end()
  assert.deepEqual(sessionsOf(await exportAll()), {
    attribute: 'conv_2',
    alias: 'conv_3',
    'late alias': 'conv_4',
    'by hand': 'conv_5',
    refused: undefined,
  })
})
