// Telemetry as an application registers it, a way to make a span at some place, and to ask which session it had.

import { type Attributes, context, type Span } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'

export const A = 'sess_stream_a'
export const B = 'sess_stream_b'

const exporter = new InMemorySpanExporter()
const waiting = new Set<{ name: string; resolve: () => void }>()

// After the exporter, so that a span is exported when its waiter resumes.
const announcer = {
  onStart: () => {},
  onEnd: (span: { name: string }) => {
    for (const waiter of waiting) if (waiter.name === span.name) waiter.resolve()
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}

const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter), announcer],
})
const tracer = provider.getTracer('streams')

export function registerContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}

export function forgetSpans(): void {
  exporter.reset()
  waiting.clear()
}

/** Observed work: creates a span in the calling context, optionally with the expected session. */
export function work(name: string, expected?: string): void {
  tracer.startSpan(name, expected === undefined ? {} : { attributes: { expected } }).end()
}

/** Starts a span in the calling context. */
export const startSpan = (name: string, attributes: Attributes = {}): Span =>
  tracer.startSpan(name, { attributes })

export function spansOf(name: string) {
  return exporter.getFinishedSpans().filter((span) => span.name === name)
}

/** The session of every span of that name, in the order in which they ended. */
export function sessionsOf(name: string): unknown[] {
  return spansOf(name).map((span) => span.attributes['session.id'])
}

/** Resolves when a span of that name is exported: for work that is not awaited, such as cleanup. */
export function exported(name: string): Promise<void> {
  if (spansOf(name).length > 0) return Promise.resolve()
  return new Promise((resolve) => waiting.add({ name, resolve }))
}

/**
 * Resolves when a body has done all that it does unasked. Streams that read ahead do their work where they were
 * made for as long as the consumer waits for them, and where the consumer is as soon as they wait for it: only
 * after this shows whether a session is kept.
 */
export { setImmediate as bodyIsWaiting } from 'node:timers/promises'
