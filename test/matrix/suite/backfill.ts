import '../support/context-manager.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { startReceiver } from '../support/receiver.ts'
import { batch, makeProvider, type ReadableSpan, type SpanProcessor, simple } from '../support/sdk.ts'

/** The HTTP span is a sibling of the agent's, and ends before the agent's gets its session. */
function agentTurn(tracer: Tracer): void {
  tracer.startActiveSpan('POST /chat', (request) => {
    const agent = tracer.startSpan('agent')
    tracer.startSpan('GET').end()
    agent.setAttribute('session.id', 'thread-1')
    agent.end()
    request.end()
  })
}

const SETUPS = [
  { processor: batch, name: 'batch', ours: 'first' },
  { processor: batch, name: 'batch', ours: 'last' },
  { processor: simple, name: 'simple', ours: 'first' },
  { processor: simple, name: 'simple', ours: 'last' },
] as const

for (const { processor, name, ours } of SETUPS) {
  test(`spans that wait for their trace get its session, and provider.forceFlush exports them: ${name}, ours ${ours}`, async (t) => {
    const receiver = await startReceiver()
    const exporter = new SessionSpanExporter<ReadableSpan>(new OTLPTraceExporter({ url: receiver.url }), {
      backfill: backfill(),
    })
    const both: SpanProcessor[] = [new SessionSpanProcessor(), processor(exporter)]
    const provider = makeProvider('shop', ours === 'first' ? both : both.reverse())
    t.after(async () => {
      await provider.shutdown()
      await receiver.close()
    })
    const tracer = provider.getTracer('application')
    agentTurn(tracer)
    await provider.forceFlush()
    const sessions = receiver.spans().map((span) => `${span.name}: ${span.attributes['session.id']}`)
    assert.deepEqual(sessions.sort(), ['GET: thread-1', 'POST /chat: thread-1', 'agent: thread-1'])
    assert.equal(exporter.stats().backfilled, 1)
  })
}
