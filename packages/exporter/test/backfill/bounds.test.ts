import type { Span } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { below, startBackfilling, stopBackfilling } from './support.ts'

const A = 'user_1_conv_1'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  stopBackfilling()
})

/** The framework's span that never ends, as several do when a request fails or a stream is left. */
function lostSpan(tracer: ReturnType<typeof startBackfilling>['tracer']): Span {
  const root = tracer.startSpan('root')
  below(root, tracer, 'never ends')
  below(root, tracer, 'fetch').end()
  const named = below(root, tracer, 'named')
  named.setAttribute('session.id', A)
  named.end()
  return root
}

describe('a span that waits', () => {
  it('waits no longer than maxWaitMillis, and goes without one, because what is open may tell another', () => {
    const { tracer, exported, exporter } = startBackfilling({ maxWaitMillis: 5_000 })
    lostSpan(tracer).end()
    vi.advanceTimersByTime(4_000)
    expect(exported()).toEqual({ named: A, root: A })
    expect(exporter.stats()).toMatchObject({ spans: 2, waiting: 1 })
    vi.advanceTimersByTime(2_000)
    expect(exported()).toEqual({ named: A, root: A, fetch: undefined })
    expect(exporter.stats()).toMatchObject({
      spans: 3,
      waiting: 0,
      backfilled: 0,
      notBackfilled: { time: 1 },
    })
  })

  it('does so when the span that began the trace is open', () => {
    const { tracer, exported, exporter } = startBackfilling({ maxWaitMillis: 5_000 })
    lostSpan(tracer)
    vi.advanceTimersByTime(6_000)
    expect(exported()).toEqual({ named: A, fetch: undefined })
    expect(exporter.stats()).toMatchObject({ waiting: 0, backfilled: 0, notBackfilled: { time: 1 } })
  })

  it('goes when there are more than maxSpans, the oldest first', () => {
    const { tracer, exported, exporter } = startBackfilling({ maxSpans: 2 })
    const root = tracer.startSpan('root')
    for (const name of ['first', 'second', 'third']) below(root, tracer, name).end()
    expect(exported()).toEqual({ first: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 1, waiting: 2, notBackfilled: { number: 1 } })
    root.setAttribute('session.id', A)
    root.end()
    expect(exported()).toEqual({ first: undefined, root: A, second: A, third: A })
  })

  it('goes with the next batch once its trace is complete, or at the latest after a second', () => {
    const { tracer, exported } = startBackfilling({}, { ours: 'last' })
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.setAttribute('session.id', A)
    root.end()
    // It was exported before our processor was told of its end.
    expect(exported()).toEqual({ root: A })
    vi.advanceTimersByTime(1_000)
    expect(exported()).toEqual({ root: A, fetch: A })
  })

  it('leaves no timer behind', () => {
    const { tracer } = startBackfilling({ maxWaitMillis: 5_000 })
    lostSpan(tracer).end()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(6_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not keep the process alive', () => {
    vi.useRealTimers()
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const { tracer, exporter } = startBackfilling({})
    lostSpan(tracer)
    expect(exporter.stats().waiting).toBe(1)
    expect(timers()).toBe(before)
  })
})
