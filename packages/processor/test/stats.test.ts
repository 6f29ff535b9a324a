import { ROOT_CONTEXT } from '@opentelemetry/api'
import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

describe('stats', () => {
  it('count the spans by the session that they had at their start', () => {
    const { tracer, processor } = startTracing()
    const start = (count: number, attributes = {}) => {
      for (let i = 0; i < count; i++) tracer.startSpan('span', { attributes }).end()
    }
    usingSession('user_1_conv_1', () => start(1))
    usingSession(null, () => start(2))
    start(3, { thread_id: 't1' })
    start(4)
    expect(processor.stats().started).toEqual({ explicit: 1, cleared: 2, inferred: 3, withoutSession: 4 })
  })

  it.each(['restore', 'accept'] as const)(
    'count what the late rules did (onOverwrite: %s)',
    (onOverwrite) => {
      const { tracer, processor } = startTracing({ onOverwrite })
      const overwrite = () => {
        const span = tracer.startSpan('span')
        span.setAttribute('session.id', 'other_1')
        span.setAttribute('metadata', '{"thread_id":"t1"}')
        span.end()
      }
      for (let i = 0; i < 2; i++) overwrite()
      for (let i = 0; i < 3; i++) {
        tracer.startActiveSpan('root', (root) => {
          usingSession('user_1_conv_1', () => {})
          root.end()
        })
      }
      usingSession('user_1_conv_1', () => {
        for (let i = 0; i < 4; i++) overwrite()
      })
      usingSession({ sessionId: 'user_1_conv_1', metadata: { plan: 'pro' } }, overwrite)
      const restored = onOverwrite === 'restore' ? 5 : 0
      const expected = {
        named: 2,
        fromChildren: 3,
        defaulted: 0,
        reassigned: 0,
        restored,
        accepted: 5 - restored,
        metadataMerged: 1,
      }
      expect(processor.stats().late).toEqual(expected)
    },
  )

  it('count a span that throws, and are plain data that does not change later', () => {
    const processor = new SessionSpanProcessor()
    const hostile = {
      spanContext: () => {
        throw new Error('hostile')
      },
    }
    const before = processor.stats()
    const problems = problemsOf(
      () => processStats().problems,
      () => processor.onStart(hostile as never, ROOT_CONTEXT),
    )
    expect(problems).toEqual({ 'span:unreadable': 1 })
    expect(before.failed).toBe(0)
    expect(processor.stats().failed).toBe(1)
    expect(JSON.parse(JSON.stringify(processor.stats()))).toEqual(processor.stats())
  })

  it('of the process are shared by all copies of the package', async () => {
    startTracing()
    usingSession(42 as never, () => {})
    vi.resetModules()
    const copy = await import('@otel-sessions/processor')
    expect(copy.processStats).not.toBe(processStats)
    expect(copy.processStats()).toEqual(processStats())
    const problems = problemsOf(
      () => processStats().problems,
      () => copy.usingSession(42 as never, () => {}),
    )
    expect(problems).toEqual({ 'session-id:not-a-string': 1 })
  })
})
