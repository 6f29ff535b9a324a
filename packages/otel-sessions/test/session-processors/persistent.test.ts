import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import {
  datadog,
  langfuse,
  type SessionProcessorsOptions,
  sessionProcessors,
  usingSession,
} from 'otel-sessions'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { startEndpoint } from '../../../../packages/exporter/test/persistent/endpoint.ts'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { inSpan, Recorder, start } from './support.ts'

beforeEach(() => {
  resetProcessState()
  return stopTracing
})

type Options = ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]

/** A request with a span that waits, whose spans a persistent processor delivers. */
async function deliver(session: Options, options: SessionProcessorsOptions, before: SpanProcessor[] = []) {
  const endpoint = await startEndpoint()
  const { url } = endpoint
  const persistent = new PersistentBatchSpanProcessor({ url, protocol: 'http/json', ...session })
  onTestFinished(() => persistent.shutdown().catch(() => {}))
  const { tracer, provider, processors } = start([...before, persistent], options)
  inSpan(tracer, 'request', () => {
    inSpan(tracer, 'lookup', () => {})
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
  })
  await provider.forceFlush()
  const spans = endpoint.requests.flatMap((request) => request.spans)
  const attributes = (span: (typeof spans)[number]) =>
    Object.fromEntries((span.attributes ?? []).map(({ key, value }) => [key, value.stringValue]))
  const sent = Object.fromEntries(spans.map((span) => [span.name, attributes(span)]))
  return { sent, count: spans.length, persistent, processors }
}

/** Removes what must not leave the process. */
class Redactor extends Recorder {
  override onEnd(span: ReadableSpan): void {
    Object.assign(span, { name: `${span.name}, redacted` })
  }
}

test('a persistent processor takes the options, and validates once', async () => {
  const { sent, count, persistent, processors } = await deliver({}, { backends: [langfuse] })
  const both = { 'session.id': 'user_a_conv', 'langfuse.session.id': 'user_a_conv' }
  expect(sent).toEqual({ step: both, lookup: both, request: both })
  expect(count).toBe(3)
  expect(persistent.stats().session).toMatchObject({ spans: 3, backfilled: 1, changed: 3 })
  expect(processors[1]?.stats().session).toEqual(persistent.stats().session)
})

test.each([
  [{ backends: [datadog] }, ['gen_ai.conversation.id', 'session.id']],
  [false as const, ['session.id']],
])('a persistent processor keeps its own option session, which is logged once: %j', async (session, keys) => {
  const warnings = collectWarnings()
  const { sent } = await deliver({ session }, { backends: [langfuse] })
  expect(Object.keys(sent['step'] ?? {}).sort()).toEqual(keys)
  expect(sent['lookup']).not.toHaveProperty(['session.id'])
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(
    'backends have no effect on PersistentBatchSpanProcessor that has the option session, or took those of another call',
  )
})

test('a persistent processor that is in the array twice has the options, and the message says that it gets every span twice', () => {
  const warnings = collectWarnings()
  const persistent = new PersistentBatchSpanProcessor({ url: 'http://127.0.0.1:9/v1/traces' })
  onTestFinished(() => persistent.shutdown().catch(() => {}))
  const options = { backends: [langfuse] }
  sessionProcessors([persistent, persistent], options)
  expect(warnings).toHaveLength(1)
  sessionProcessors([persistent, persistent], options)
  expect(warnings).toHaveLength(2)
  expect(warnings[0]).toContain(
    'sessionProcessors: the same PersistentBatchSpanProcessor is in the array twice, so it gets every span twice',
  )
  // The second call.
  expect(warnings[1]).toContain('that has the option session, or took those of another call')
})

test('a persistent processor behind one that redacts sends what is left', async () => {
  const { sent, count } = await deliver(
    {},
    { backends: [langfuse], onInvalid: (id) => `valid ${id.length}` },
    [new Redactor()],
  )
  expect(Object.keys(sent).sort()).toEqual(['lookup, redacted', 'request, redacted', 'step, redacted'])
  expect(count).toBe(3)
  for (const attributes of Object.values(sent)) {
    expect(attributes).toEqual({ 'session.id': 'user_a_conv', 'langfuse.session.id': 'user_a_conv' })
  }
})

test('a persistent processor behind another one leaves validation to sessionProcessors: each span is validated once', async () => {
  const endpoint = await startEndpoint()
  const persistent = new PersistentBatchSpanProcessor({ url: endpoint.url, protocol: 'http/json' })
  const replaced: string[] = []
  const onInvalid = (id: string) => {
    replaced.push(id)
    return `valid ${id.length}`
  }
  const { tracer, provider, processors } = start([new Recorder(), persistent], { onInvalid })
  tracer.startSpan('step', { attributes: { 'session.id': 'schön' } }).end()
  await provider.forceFlush()
  const spans = endpoint.requests.flatMap((request) => request.spans)
  expect(spans.map(({ attributes }) => attributes)).toEqual([
    [{ key: 'session.id', value: { stringValue: 'valid 5' } }],
  ])
  expect(replaced).toEqual(['schön'])
  expect(persistent.stats().session).toBeUndefined()
  expect(processors[2]?.stats().session).toMatchObject({ spans: 1, replaced: 1 })
})

test('a persistent processor behind another one keeps its own option session', async () => {
  const { sent } = await deliver({ session: { backends: [datadog] } }, { backends: [langfuse] }, [
    new Recorder(),
  ])
  expect(Object.keys(sent['step'] ?? {}).sort()).toEqual([
    'gen_ai.conversation.id',
    'langfuse.session.id',
    'session.id',
  ])
})

test('a persistent processor that is in the array before and behind another one gets spans as they are, and as that one leaves them', async () => {
  const endpoint = await startEndpoint()
  const persistent = new PersistentBatchSpanProcessor({ url: endpoint.url, protocol: 'http/json' })
  const { tracer, provider } = start([persistent, new Redactor(), persistent], { backends: [langfuse] })
  usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
  await provider.forceFlush()
  const spans = endpoint.requests.flatMap((request) => request.spans)
  expect(spans.map(({ name }) => name).sort()).toEqual(['step', 'step, redacted'])
})
