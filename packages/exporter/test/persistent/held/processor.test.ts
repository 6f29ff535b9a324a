import { cpSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { langfuse } from '@otel-sessions/exporter/backends'
import { backfill } from '@otel-sessions/exporter/backfill'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { expect, onTestFinished, test } from 'vitest'
import { startEndpoint } from '../endpoint.ts'
import { eventually } from '../queue/support.ts'
import { expectAccounted, startDelivery, temporaryFolder } from '../support.ts'

/** A processor with a journal, whose spans wait while the root of their trace is open. */
async function startWaiting(options: { durability?: 'batch' | 'span' } = {}) {
  const endpoint = await startEndpoint()
  const directory = temporaryFolder()
  const delivery = startDelivery(
    { url: endpoint.url, directory, session: { backfill: backfill(), backends: [langfuse] }, ...options },
    [new SessionSpanProcessor()],
  )
  const root = delivery.tracer.startSpan('root', {}, ROOT_CONTEXT)
  const end = (name: string, attributes = {}) => {
    delivery.tracer.startSpan(name, { attributes }, trace.setSpan(ROOT_CONTEXT, root)).end()
  }
  const files = () => readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const sessions = () =>
    endpoint.requests.flatMap(({ spans }) =>
      spans.map(({ name, attributes }) => {
        return [name, attributes?.find(({ key }) => key === 'session.id')?.value.stringValue]
      }),
    )
  return { ...endpoint, ...delivery, directory, root, end, files, sessions }
}

/** Delivers what a process would leave that is killed now. */
async function deliverCopy(directory: string, url: string): Promise<PersistentBatchSpanProcessor> {
  const copy = temporaryFolder()
  cpSync(directory, copy, { recursive: true })
  for (const [index, name] of readdirSync(copy).entries()) {
    renameSync(join(copy, name), join(copy, `free.${String(index).padStart(12, '0')}`))
  }
  const processor = new PersistentBatchSpanProcessor({ url, directory: copy })
  onTestFinished(() => processor.shutdown())
  await processor.forceFlush()
  return processor
}

test('a span that waits inherits its session and is sent once, and its copy is deleted', async () => {
  const { processor, root, end, files, sessions } = await startWaiting()
  end('one')
  await eventually(() => expect(files().filter((file) => file.endsWith('.held'))).toHaveLength(1))
  expect(processor.stats()).toMatchObject({ buffered: 1, queued: { spans: 0 }, unwritten: 0 })
  expectAccounted(processor)
  end('two', { 'session.id': 's1' })
  root.end()
  await processor.forceFlush()
  expect(sessions().sort()).toEqual([
    ['one', 's1'],
    ['root', 's1'],
    ['two', 's1'],
  ])
  expect(processor.stats()).toMatchObject({ ended: 3, delivered: 3, buffered: 0 })
  await processor.shutdown()
  expect(files()).toEqual([])
})

test('the copy of a span is what would be sent without backfill', async () => {
  const { processor, end, directory, url, requests } = await startWaiting({ durability: 'span' })
  end('one', { 'user.id': 'u1' })
  expect(processor.stats().buffered).toBe(1)
  expect(requests).toEqual([])
  const next = await deliverCopy(directory, url)
  const attributes = Object.fromEntries(
    requests[0]?.spans[0]?.attributes?.map(({ key, value }) => [key, value.stringValue]) ?? [],
  )
  expect(attributes).toMatchObject({ 'user.id': 'u1', 'langfuse.user.id': 'u1' })
  expect(attributes).not.toHaveProperty('session.id')
  expect(next.stats()).toMatchObject({ adopted: 1, delivered: 1 })
  expectAccounted(next)
  // It counts nothing for the span that still waits.
  expect(processor.stats().session).toMatchObject({ spans: 0, changed: 0, waiting: 1 })
})

test('purge() deletes the spans that wait, and their copies', async () => {
  const { processor, end, directory, url, requests } = await startWaiting({ durability: 'span' })
  end('one')
  expect(await processor.purge()).toBe(1)
  expectAccounted(processor)
  await processor.shutdown().catch(() => {})
  await deliverCopy(directory, url)
  expect(requests).toEqual([])
})
