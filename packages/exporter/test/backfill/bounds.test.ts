import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Span } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { below, startBackfilling, stopBackfilling } from './support.ts'

const A = 'user_1_conv_1'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  stopBackfilling()
})

/** A framework whose span never ends, as with several when a request fails or a stream is abandoned. */
function lostSpan(tracer: ReturnType<typeof startBackfilling>['tracer']): Span {
  const root = tracer.startSpan('root')
  below(root, tracer, 'never ends')
  below(root, tracer, 'fetch').end()
  const named = below(root, tracer, 'named')
  named.setAttribute('session.id', A)
  named.end()
  return root
}

describe('a limit of backfill that is exceeded', () => {
  it('is logged once, and not for a flush or a trace without any session', () => {
    const warnings = collectWarnings()
    const { tracer, exporter } = startBackfilling({ maxWaitMillis: 5_000, maxSpans: 2 })
    below(tracer.startSpan('no session'), tracer, 'fetch').end()
    exporter.forceFlush()
    below(tracer.startSpan('no session'), tracer, 'fetch').end()
    vi.advanceTimersByTime(6_000)
    expect(exporter.stats().notBackfilled).toEqual({ flush: 1, time: 1 })
    expect(warnings).toEqual([])
    for (let i = 0; i < 2; i++) lostSpan(tracer)
    vi.advanceTimersByTime(6_000)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('maxWaitMillis is exceeded')
    const root = tracer.startSpan('root')
    for (const name of ['first', 'second', 'third', 'fourth']) below(root, tracer, name).end()
    expect(warnings).toHaveLength(2)
    expect(warnings[1]).toContain('maxSpans is exceeded')
  })
})

describe('a waiting span', () => {
  it('is exported without a session after maxWaitMillis: an open span may still name another one', () => {
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

  it('is exported after maxWaitMillis also if the first span of the trace is open', () => {
    const { tracer, exported, exporter } = startBackfilling({ maxWaitMillis: 5_000 })
    lostSpan(tracer)
    vi.advanceTimersByTime(6_000)
    expect(exported()).toEqual({ named: A, fetch: undefined })
    expect(exporter.stats()).toMatchObject({ waiting: 0, backfilled: 0, notBackfilled: { time: 1 } })
  })

  it('is exported when more than maxSpans wait, the oldest first', () => {
    const { tracer, exported, exporter } = startBackfilling({ maxSpans: 2 })
    const root = tracer.startSpan('root')
    for (const name of ['first', 'second', 'third']) below(root, tracer, name).end()
    expect(exported()).toEqual({ first: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 1, waiting: 2, notBackfilled: { number: 1 } })
    root.setAttribute('session.id', A)
    root.end()
    expect(exported()).toEqual({ first: undefined, root: A, second: A, third: A })
  })

  it('is exported with the next batch after its trace is complete, or after a second', () => {
    const { tracer, exported } = startBackfilling({}, { ours: 'last' })
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.setAttribute('session.id', A)
    root.end()
    // The root was exported before our processor was called with its end.
    expect(exported()).toEqual({ root: A })
    vi.advanceTimersByTime(1_000)
    expect(exported()).toEqual({ root: A, fetch: A })
  })

  it('leaves no timer when it is exported', () => {
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

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')

it.each(['maxWaitMillis', 'maxSpans'])(
  'a trace that stays open does not retain spans that wait no longer, because of %s',
  async (limit) => {
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const { tracer, arrived } = startBackfilling({ maxWaitMillis: 5_000, maxSpans: 10 })
    const root = tracer.startSpan('serves requests as long as the process lives')
    for (let index = 0; index < 100; index++) {
      below(root, tracer, 'query').end()
      if (limit === 'maxWaitMillis') vi.advanceTimersByTime(6_000)
    }
    const exported = arrived.splice(0).map((span) => new WeakRef(span))
    expect(exported.length).toBeGreaterThanOrEqual(90)
    for (let round = 0; round < 20 && exported.some((span) => span.deref()); round++) {
      // A job retains what it has looked at.
      await new Promise((resolve) => setImmediate(resolve))
      gc()
    }
    expect(exported.filter((span) => span.deref() !== undefined)).toEqual([])
    expect(root.isRecording()).toBe(true)
  },
)
