import { context, type Tracer, trace } from '@opentelemetry/api'
import { processStats, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing, withoutOnEnding } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

/** How many spans were reported while `run` ran. */
function reportedBy(run: () => void): number {
  const count = () => processStats().problems['scope:bypassed'] ?? 0
  const before = count()
  run()
  return count() - before
}

/** Runs `fn` below a span of a server, with a function that returns to the context from before. */
function serve(tracer: Tracer, fn: (outside: (work: () => void) => void) => void): number {
  return reportedBy(() =>
    tracer.startActiveSpan('server', (server) => {
      const before = context.active()
      fn((work) => context.with(before, work))
      server.end()
    }),
  )
}

const scope = (work: () => void = () => {}, id = 'user_a_conv') => usingSession(id, work)

describe('a span that starts outside the scope that its request entered', () => {
  // The first of this file, because it is logged once.
  it('is counted when the trace is complete, and logged once with the instrumentation and the remedy', () => {
    const warnings = collectWarnings()
    const { provider, sessions } = startTracing()
    const tracer = provider.getTracer('@opentelemetry/instrumentation-express')
    const handler = () => tracer.startSpan('handler').end()
    expect(serve(tracer, (outside) => scope(() => outside(handler)))).toBe(1)
    expect(serve(tracer, (outside) => scope(() => outside(handler)))).toBe(1)
    // No rule at a start gives it the session: every one that was tried gave some spans another user's.
    expect(sessions()).toEqual({ server: 'user_a_conv', handler: undefined })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('"@opentelemetry/instrumentation-express"')
    expect(warnings[0]).toContain('setSpanSession')
    expect(warnings[0]).toContain('backfill')
    expect(warnings[0]).not.toContain('user_a_conv')
  })

  it('is counted after the scope as well, as where a hook enters it and is over before the handler', () => {
    const { tracer } = startTracing()
    const handler = () => tracer.startSpan('handler').end()
    const request = () =>
      serve(tracer, () => {
        scope()
        handler()
        handler()
      })
    expect(request()).toBe(2)
  })

  it('is not counted in a trace without a scope, where the session comes from an alias', () => {
    const { tracer } = startTracing()
    const request = () =>
      serve(tracer, () => {
        tracer.startSpan('chain', { attributes: { thread_id: 'user_a_conv' } }).end()
        tracer.startSpan('POST').end()
      })
    expect(request()).toBe(0)
  })

  it('is counted without onEnding, too', () => {
    const processor = new SessionSpanProcessor()
    const { tracer } = startTracing({}, { spanProcessors: [withoutOnEnding(processor)] })
    expect(serve(tracer, (outside) => scope(() => outside(() => tracer.startSpan('handler').end())))).toBe(1)
  })

  it('is counted once, though it has children without a session', () => {
    const { tracer } = startTracing()
    const handler = () =>
      tracer.startActiveSpan('handler', (span) => {
        tracer.startSpan('query').end()
        span.end()
      })
    expect(serve(tracer, (outside) => scope(() => outside(handler)))).toBe(1)
  })

  it('is counted when it ends last', () => {
    const { tracer } = startTracing()
    let end = () => {}
    const before = serve(tracer, (outside) => {
      scope(() =>
        outside(() => {
          const span = tracer.startSpan('handler')
          end = () => span.end()
        }),
      )
    })
    expect([before, reportedBy(end)]).toEqual([0, 1])
  })
})

describe('not counted is', () => {
  it('a trace in which every span is in the scope, or starts before it', () => {
    const { tracer } = startTracing()
    const request = () =>
      serve(tracer, () => {
        tracer.startSpan('authentication').end()
        scope(() => tracer.startSpan('handler').end())
      })
    expect(request()).toBe(0)
  })

  it('a trace with several sessions, such as a batch', () => {
    const { tracer } = startTracing()
    const request = () =>
      serve(tracer, () => {
        scope()
        tracer.startSpan('progress').end()
        scope(() => {}, 'user_b_conv')
        tracer.startSpan('progress').end()
      })
    expect(request()).toBe(0)
  })

  it('a span that gets its session later: by an attribute, by setSpanSession, or from below', () => {
    const { tracer } = startTracing()
    const request = () =>
      serve(tracer, () => {
        scope()
        const named = tracer.startSpan('named')
        named.setAttribute('session.id', 'user_a_conv')
        named.end()
        const set = tracer.startSpan('set')
        setSpanSession(set, 'user_a_conv')
        set.end()
        tracer.startActiveSpan('learns', (span) => {
          scope(() => tracer.startSpan('inside').end())
          span.end()
        })
      })
    expect(request()).toBe(0)
  })

  it('a span whose request has the session itself', () => {
    const { tracer, sessions } = startTracing()
    const request = () =>
      serve(tracer, (outside) => {
        setSpanSession(trace.getActiveSpan(), 'user_a_conv')
        scope(() => outside(() => tracer.startSpan('handler').end()))
      })
    expect(request()).toBe(0)
    expect(sessions()).toEqual({ server: 'user_a_conv', handler: 'user_a_conv' })
  })
})
