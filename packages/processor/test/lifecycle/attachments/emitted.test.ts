import { createHash } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import type { SpanProcessor, TracerConfig } from '@opentelemetry/sdk-trace-base'
import { processStats, SessionSpanProcessor } from '@otel-sessions/processor'
import { resumeSession, type SessionOptions } from '@otel-sessions/processor/lifecycle'
import { afterEach, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../../../test/support/tracing.ts'

afterEach(stopTracing)

function start(config: TracerConfig = {}, options: SessionOptions = {}) {
  const tracing = startTracing({}, { spanProcessors: [new SessionSpanProcessor()], ...config })
  const session = resumeSession('s1', { tracerProvider: tracing.provider, ...options })
  return { ...tracing, session, sent: () => tracing.exportedSpans()['session.attachment'] }
}

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')

it('an attachment is emitted as a session span', async () => {
  const { session, sent } = start()
  await session.attach({ data: '{"a":1}', name: 'a.json', type: 'application/json' })
  expect(sent()).toEqual({
    'session.id': 's1',
    'session.attachment.name': 'a.json',
    'session.attachment.type': 'application/json',
    'session.attachment.size': 7,
    'session.attachment.sha256': sha256('{"a":1}'),
    'session.attachment.content': '{"a":1}',
    'session.attachment.encoding': 'utf-8',
  })
})

it('upload gets the session ID, and its URL is sent in place of the content', async () => {
  const upload = vi.fn(async () => 'https://files.example/1')
  const { session, sent } = start({}, { upload, maxInlineBytes: 0 })
  await session.attach({ data: 'x' })
  expect(upload).toHaveBeenCalledWith({
    data: new TextEncoder().encode('x'),
    name: undefined,
    type: 'text/plain',
    size: 1,
    sha256: sha256('x'),
    sessionId: 's1',
  })
  expect(sent()).toMatchObject({ 'session.attachment.url': 'https://files.example/1' })
  expect(sent()).not.toHaveProperty(['session.attachment.content'])
})

it('content that the SDK truncates is left out, which is logged', async () => {
  const warnings = collectWarnings()
  const { session, sent } = start({ spanLimits: { attributeValueLengthLimit: 64 } })
  await session.attach({ data: 'x'.repeat(65), name: 'x.txt' })
  expect(sent()).toEqual({
    'session.id': 's1',
    'session.attachment.name': 'x.txt',
    'session.attachment.type': 'text/plain',
    'session.attachment.size': 65,
    'session.attachment.sha256': sha256('x'.repeat(65)),
  })
  expect(warnings.join()).toContain('has no session.attachment.content: it exceeds a limit of the SDK')
})

it('a URL that the SDK truncates is left out', async () => {
  const { session, sent } = start({ spanLimits: { attributeValueLengthLimit: 20 } })
  await session.attach({ url: 'https://files.example/report.pdf' })
  expect(sent()).toEqual({ 'session.id': 's1' })
})

it('a URL that another processor masks stays as it is', async () => {
  const mask: SpanProcessor = {
    onStart: (span) => void span.setAttribute('session.attachment.url', 'https://files.example/***'),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const before = processStats().problems
  const { session, sent } = start({ spanProcessors: [new SessionSpanProcessor(), mask] })
  await session.attach({ url: 'https://files.example/report.pdf?signature=secret' })
  expect(sent()?.['session.attachment.url']).toBe('https://files.example/***')
  expect(processStats().problems).toEqual(before)
})

it('event data that the SDK truncates is left out: it would not be JSON', () => {
  const { session, exportedSpans } = start({ spanLimits: { attributeValueLengthLimit: 10 } })
  session.event('order', { items: ['a', 'b'] })
  expect(exportedSpans()['session.event']).toEqual({ 'session.id': 's1', 'session.event.name': 'order' })
})

it('content beyond the attribute count limit of the SDK is counted', async () => {
  const before = processStats().problems['session-span:cut-off'] ?? 0
  const { session, sent } = start({ spanLimits: { attributeCountLimit: 4 } })
  await session.attach({ data: 'x', name: 'x.txt' })
  expect(sent()).not.toHaveProperty(['session.attachment.content'])
  expect(processStats().problems['session-span:cut-off']).toBeGreaterThan(before)
})

it('nothing is read or uploaded for an invalid session ID', async () => {
  const { sent } = start()
  const data = { size: 1, type: 'text/plain', arrayBuffer: vi.fn() }
  await resumeSession('').attach({ data })
  expect(data.arrayBuffer).not.toHaveBeenCalled()
  expect(sent()).toBeUndefined()
})

it('nothing is counted without an SDK', async () => {
  const before = processStats().problems
  await resumeSession('s1', { tracerProvider: trace.getTracerProvider() }).attach({ data: 'x' })
  expect(processStats().problems).toEqual(before)
})
