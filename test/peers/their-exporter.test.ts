// The other libraries' processors with `SessionSpanExporter` as their exporter, which the migration pages show.

import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { langsmith } from '@otel-sessions/exporter/backends'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIBRARIES } from './libraries.ts'

const A = 'user_123_conv_456'

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => context.disable())

test.each(LIBRARIES)(
  '$name: its processor exports what SessionSpanExporter makes of the spans',
  async ({ load }) => {
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory, { backends: [langsmith], backfill: backfill() })
    const { processor } = await load(exporter)
    const provider = new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), processor] })
    const tracer = provider.getTracer('application')

    tracer.startActiveSpan('request', (request) => {
      tracer.startSpan('before the session is known').end()
      usingSession({ sessionId: A, userId: 'user_123' }, () => {
        const span = tracer.startSpan('of a framework')
        span.setAttribute('session.id', 'framework')
        span.end()
      })
      request.end()
    })
    await provider.forceFlush()

    const spans = memory.getFinishedSpans()
    expect(Object.fromEntries(spans.map(({ name, attributes }) => [name, attributes['session.id']]))).toEqual(
      {
        'before the session is known': A,
        'of a framework': A,
        request: A,
      },
    )
    for (const { attributes } of spans) expect(attributes['langsmith.metadata.session_id']).toBe(A)
  },
)
