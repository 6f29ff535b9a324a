// What the tests of streams share, on top of what they share with the table.

import { context, trace } from '@opentelemetry/api'
import { contextWithSession, type ProblemCode, processStats } from '@otel-sessions/processor'
import { afterAll, beforeAll, beforeEach, vi } from 'vitest'
import { forgetSpans, registerContext, sessionsOf } from './table/telemetry.ts'

export { A, B, bodyIsWaiting, exported, sessionsOf, startSpan, work } from './table/telemetry.ts'

/** Registers the context manager for a test file, and forgets the spans between its tests. */
export function useTelemetry(): void {
  // A stream that hangs must fail fast.
  vi.setConfig({ testTimeout: 10_000 })
  beforeAll(registerContext)
  beforeEach(forgetSpans)
  afterAll(() => context.disable())
}

/** The sessions that the spans of that name had, each once; empty when there was no span. */
export function distinctSessionsOf(name: string): unknown[] {
  return [...new Set(sessionsOf(name))]
}

/**
 * Runs `fn` in a session but binds nothing that it returns: the control of these tests. What keeps its session
 * here would prove nothing about usingSession.
 */
export function inScopeWithoutBinding<T>(session: string, fn: () => T): T {
  return context.with(contextWithSession(context.active(), session), fn)
}

/** How often the helpers met a problem so far. */
export function problemCount(code: ProblemCode): number {
  return processStats().problems[code] ?? 0
}

/** Runs below the span of a request: each is a trace of its own. */
export const inRequest = <T>(request: number, fn: () => T): T => {
  const spanContext = {
    traceId: `${request}`.padStart(32, '0'),
    spanId: `${request}`.padStart(16, '0'),
    traceFlags: 1,
  }
  return context.with(trace.setSpanContext(context.active(), spanContext), fn)
}
