import type { Span } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { below, startFilling, stopFilling } from './support.ts'

const A = 'user_1_conv_1'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  stopFilling()
})

/** The framework's span that never ends, as several do when a request fails or a stream is left. */
function lostSpan(tracer: ReturnType<typeof startFilling>['tracer']): Span {
  const root = tracer.startSpan('root')
  below(root, tracer, 'never ends')
  below(root, tracer, 'fetch').end()
  const named = below(root, tracer, 'named')
  named.setAttribute('session.id', A)
  named.end()
  return root
}

describe('a span that waits', () => {
  it('waits no longer than holdMillis, and goes without one, because what is open may tell another', () => {
    const { tracer, shipped, exporter } = startFilling({ holdMillis: 5_000 })
    lostSpan(tracer).end()
    vi.advanceTimersByTime(4_000)
    expect(shipped()).toEqual({ named: A, root: A })
    expect(exporter.stats()).toMatchObject({ spans: 2, held: 1 })
    vi.advanceTimersByTime(2_000)
    expect(shipped()).toEqual({ named: A, root: A, fetch: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 3, held: 0, filled: 0, givenUp: { time: 1 } })
  })

  it('does so when the span that began the trace is open', () => {
    const { tracer, shipped, exporter } = startFilling({ holdMillis: 5_000 })
    lostSpan(tracer)
    vi.advanceTimersByTime(6_000)
    expect(shipped()).toEqual({ named: A, fetch: undefined })
    expect(exporter.stats()).toMatchObject({ held: 0, filled: 0, givenUp: { time: 1 } })
  })

  it('goes when there are more than maxSpans, the oldest first', () => {
    const { tracer, shipped, exporter } = startFilling({ maxSpans: 2 })
    const root = tracer.startSpan('root')
    for (const name of ['first', 'second', 'third']) below(root, tracer, name).end()
    expect(shipped()).toEqual({ first: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 1, held: 2, givenUp: { number: 1 } })
    root.setAttribute('session.id', A)
    root.end()
    expect(shipped()).toEqual({ first: undefined, root: A, second: A, third: A })
  })

  it('goes with the next batch once its trace is complete, or at the latest after a second', () => {
    const { tracer, shipped } = startFilling({}, { ours: 'last' })
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.setAttribute('session.id', A)
    root.end()
    // It was exported before our processor was told of its end.
    expect(shipped()).toEqual({ root: A })
    vi.advanceTimersByTime(1_000)
    expect(shipped()).toEqual({ root: A, fetch: A })
  })

  it('leaves no timer behind', () => {
    const { tracer } = startFilling({ holdMillis: 5_000 })
    lostSpan(tracer).end()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(6_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not keep the process alive', () => {
    vi.useRealTimers()
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const { tracer, exporter } = startFilling({})
    lostSpan(tracer)
    expect(exporter.stats().held).toBe(1)
    expect(timers()).toBe(before)
  })
})
