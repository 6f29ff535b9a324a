// What the tests of streams share: telemetry as an application registers it, a way to make a span at some place,
// and a way to ask which session it had.

import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { helperStats, type ProblemCode, SessionSpanProcessor, setSession } from '@otel-sessions/processor'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'

export const A = 'sess_stream_a'
export const B = 'sess_stream_b'

const exporter = new InMemorySpanExporter()
const waiting = new Set<{ name: string; resolve: () => void }>()

// After the exporter, so that whoever waits for a span finds it exported.
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

/** Registers the context manager for a test file, and forgets the spans between its tests. */
export function useTelemetry(): void {
  // A stream that hangs is a failure to be told soon.
  vi.setConfig({ testTimeout: 10_000 })
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  beforeEach(() => {
    exporter.reset()
    waiting.clear()
  })
  afterAll(() => context.disable())
}

/** Work that is observed: a span, made where it is called. */
export function work(name: string): void {
  tracer.startSpan(name).end()
}

/** The session of every span of that name, in the order in which they ended. */
export function sessionsOf(name: string): unknown[] {
  return spansOf(name).map((span) => span.attributes['session.id'])
}

/** The sessions that the spans of that name had, each once; empty when there was no span. */
export function distinctSessionsOf(name: string): unknown[] {
  return [...new Set(sessionsOf(name))]
}

/** Resolves when a span of that name was exported: for work that nobody awaits, such as cleaning up. */
export function exported(name: string): Promise<void> {
  if (spansOf(name).length > 0) return Promise.resolve()
  return new Promise((resolve) => waiting.add({ name, resolve }))
}

function spansOf(name: string) {
  return exporter.getFinishedSpans().filter((span) => span.name === name)
}

/**
 * Runs `fn` in a session but binds nothing that it returns: the control of these tests. What keeps its session
 * here would prove nothing about usingSession.
 */
export function inScopeWithoutBinding<T>(session: string, fn: () => T): T {
  return context.with(setSession(context.active(), session), fn)
}

/** How often the helpers met a problem so far. */
export function problemCount(code: ProblemCode): number {
  return helperStats().problems[code] ?? 0
}

/**
 * Resolves when a body has done all that it does unasked. Streams that read ahead do their work where they were
 * made for as long as the consumer waits for them, and where the consumer is as soon as they wait for it: only
 * after this shows whether a session is kept.
 */
export { setImmediate as bodyIsWaiting } from 'node:timers/promises'
