// In a file of its own, because it is logged once in a process.

import { trace } from '@opentelemetry/api'
import { processStats, setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const problems = (run: () => void) => problemsOf(() => processStats().problems, run)

describe('setSpanSession inside a scope that was entered below the span', () => {
  it('sets the session of the span and not of what starts in the scope, and logs that', () => {
    const warnings = collectWarnings()
    const { tracer, sessions } = startTracing()
    const grown = problems(() =>
      tracer.startActiveSpan('request', (span) => {
        usingSession('cookie_1', () => {
          setSpanSession(trace.getActiveSpan(), 'learned_9')
          tracer.startSpan('call').end()
        })
        span.end()
      }),
    )
    expect(sessions()).toEqual({ call: 'cookie_1', request: 'learned_9' })
    expect(grown).toEqual({ 'set-span-session:scope-wins': 1 })
    expect(warnings.join()).toContain('Nest another usingSession')
    expect(warnings.join()).not.toContain('learned_9')
  })

  it('reports an invalid ID as well, which clears the session', () => {
    const { tracer } = startTracing()
    const grown = problems(() =>
      tracer.startActiveSpan('request', () =>
        usingSession({ sessionId: undefined }, () => setSpanSession(trace.getActiveSpan(), 'learned_9')),
      ),
    )
    expect(grown).toMatchObject({ 'set-span-session:scope-wins': 1 })
  })

  it('reports nothing if it reaches what starts next: in the scope of the span, in none, or in one of the same session', () => {
    const { tracer } = startTracing()
    const grown = problems(() => {
      tracer.startActiveSpan('outside', (span) => setSpanSession(span, 'learned_9'))
      usingSession('cookie_1', () =>
        tracer.startActiveSpan('in its scope', (span) => setSpanSession(span, 'learned_9')),
      )
      tracer.startActiveSpan('same', (span) =>
        usingSession('learned_9', () => setSpanSession(span, 'learned_9')),
      )
    })
    expect(grown).toEqual({})
  })
})
