// Traceloop's SDK sets up OpenTelemetry by itself; our processor and exporter go into its options.

import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { traceloop } from '@otel-sessions/exporter/backends'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { expect, test } from 'vitest'
import { loadPeer } from '../../peers/load.ts'

interface Traceloop {
  initialize(options: { exporter: SpanExporter; processor: SpanProcessor; [option: string]: unknown }): void
  withTask(config: { name: string }, fn: () => Promise<void>): Promise<void>
  withAssociationProperties<T>(properties: Record<string, string>, fn: () => T): T
  forceFlush(): Promise<void>
}

test('Traceloop, set up by initialize, exports what our processor and exporter make of the spans', async () => {
  const memory = new InMemorySpanExporter()
  const sdk = await loadPeer<Traceloop>('@traceloop/node-server-sdk')
  sdk.initialize({
    apiKey: 'none',
    traceloopSyncEnabled: false,
    silenceInitializationMessage: true,
    exporter: new SessionSpanExporter(memory, { backends: [traceloop] }),
    processor: new SessionSpanProcessor(),
  })
  const tracer = trace.getTracer('application')

  await tracer.startActiveSpan('request', async (request) => {
    await usingSession({ sessionId: 'ours', userId: 'user_123' }, () =>
      sdk.withTask({ name: 'look-up' }, async () => tracer.startSpan('query').end()),
    )
    request.end()
  })
  sdk.withAssociationProperties({ session_id: 'theirs' }, () => tracer.startSpan('other request').end())
  await sdk.forceFlush()

  const sessions = memory.getFinishedSpans().map(({ name, attributes }) => ({
    name,
    session: attributes['session.id'],
    association: attributes['traceloop.association.properties.session_id'],
  }))
  expect(sessions).toEqual([
    { name: 'query', session: 'ours', association: 'ours' },
    { name: 'look-up.task', session: 'ours', association: 'ours' },
    { name: 'request', session: 'ours', association: 'ours' },
    { name: 'other request', session: 'theirs', association: 'theirs' },
  ])
})
