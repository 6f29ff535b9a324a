import { AsyncResource } from 'node:async_hooks'
import { context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import { bindSession, processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
  stopTracing()
})

const outlived = () => processStats().problems['scope:outlived'] ?? 0

/** How many spans were reported while `run` ran. */
async function reportedBy(run: () => unknown): Promise<number> {
  const before = outlived()
  await run()
  return outlived() - before
}

/** A pool, a queue or a socket that is made inside a scope: whatever it runs later, it runs in there. */
const machine = () => {
  const made = new AsyncResource('machine')
  return (job: () => void) => made.runInAsyncScope(job)
}

const spanOf = (tracer: Tracer) => () => tracer.startSpan('job').end()

describe('a span that starts long after its scope is over', () => {
  it('is counted, and logged once with the name of its instrumentation and the remedy', async () => {
    const warnings = collectWarnings()
    const { provider, sessions } = startTracing()
    const work = spanOf(provider.getTracer('@acme/instrumentation-pool', '1.0.0'))
    const run = await usingSession('user_a_conv', async () => machine())
    vi.advanceTimersByTime(SECOND)
    expect(await reportedBy(() => run(work))).toBe(1)
    expect(await reportedBy(() => run(work))).toBe(1)
    // It is reported, not changed: it may be the session's own work.
    expect(sessions()).toEqual({ job: 'user_a_conv' })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('@acme/instrumentation-pool')
    expect(warnings[0]).toContain('bindSession')
    expect(warnings[0]).toContain('usingSession(null, …)')
    expect(warnings[0]).not.toContain('user_a_conv')
  })

  it.each([
    ['a function that rejected', async () => Promise.reject(new Error('failed'))],
    [
      'a nested scope that only adds fields',
      async () => usingSession({ tags: ['beta'] }, async () => undefined),
    ],
  ])('is counted after %s', async (_, fn) => {
    const { tracer } = startTracing()
    let run = (_: () => void): void => {}
    await usingSession('user_a_conv', () => {
      run = machine()
      return fn()
    }).catch(() => {})
    vi.advanceTimersByTime(SECOND)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(1)
  })

  it('is counted after a request whose handler had no Promise, once the server span has ended', async () => {
    const { tracer } = startTracing()
    const server = tracer.startSpan('GET /', { kind: SpanKind.SERVER })
    let run = (_: () => void): void => {}
    context.with(trace.setSpan(context.active(), server), () => {
      usingSession('user_a_conv', () => {
        run = machine()
      })
    })
    vi.advanceTimersByTime(10 * MINUTE)
    // The handler still runs: Express's `next` returns before it does.
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
    // The SDK does not read the faked clock.
    server.end(Date.now())
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
    vi.advanceTimersByTime(SECOND)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(1)
  })

  it('is counted after a function without a Promise or a span around it, five minutes later', async () => {
    const { tracer } = startTracing()
    const run = usingSession('user_a_conv', machine)
    // The clock is not read for each of these scopes, but for the first span that comes after it.
    vi.advanceTimersByTime(10 * MINUTE)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
    vi.advanceTimersByTime(5 * MINUTE)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(1)
  })
})

/** A request whose server span says nothing about its end: one that is not sampled, or one of another process. */
const requests: [string, (tracer: Tracer) => Span][] = [
  ['a server span that is not sampled', (tracer) => tracer.startSpan('GET /', { kind: SpanKind.SERVER })],
  [
    'a span of another process',
    () =>
      trace.wrapSpanContext({
        traceId: '1'.repeat(32),
        spanId: '2'.repeat(16),
        traceFlags: 1,
        isRemote: true,
      }),
  ],
]

describe.each(requests)('below %s', (_, request) => {
  /** Whatever is not a server's span is sampled. */
  const start = () =>
    startTracing(
      {},
      {
        sampler: {
          shouldSample: (_context, _traceId, _name, kind) => ({ decision: kind === SpanKind.SERVER ? 0 : 2 }),
          toString: () => 'all but servers',
        },
      },
    )
  const enter = <T>(tracer: Tracer, fn: () => T) =>
    context.with(trace.setSpan(context.active(), request(tracer)), () => usingSession('user_a_conv', fn))

  it('a span of a handler is not counted, whose function returned before it was done', async () => {
    const { tracer } = start()
    const run = enter(tracer, machine)
    for (const millis of [2, SECOND, 4 * MINUTE]) {
      vi.advanceTimersByTime(millis)
      expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
    }
  })

  it('a span is counted that comes five minutes after the first one', async () => {
    const { tracer } = start()
    const run = enter(tracer, machine)
    run(spanOf(tracer))
    vi.advanceTimersByTime(5 * MINUTE)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(1)
  })

  it('a span is counted that starts a second after the Promise of the scope has settled', async () => {
    const { tracer } = start()
    const run = await enter(tracer, async () => machine())
    vi.advanceTimersByTime(SECOND - 1)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
    vi.advanceTimersByTime(1)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(1)
  })
})

describe('not counted is a span that starts', () => {
  it('while the scope runs, however long that is', async () => {
    const { tracer } = startTracing()
    const count = reportedBy(() =>
      usingSession('user_a_conv', async () => {
        await null
        vi.advanceTimersByTime(10 * MINUTE)
        spanOf(tracer)()
      }),
    )
    expect(await count).toBe(0)
  })

  it('soon after the scope is over', async () => {
    const { tracer } = startTracing()
    const run = await usingSession('user_a_conv', async () => machine())
    vi.advanceTimersByTime(SECOND - 1)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
  })

  it('below a span of the scope that is still open', async () => {
    const { tracer } = startTracing()
    const run = await usingSession('user_a_conv', async () =>
      tracer.startActiveSpan('in the background', () => machine()),
    )
    vi.advanceTimersByTime(10 * MINUTE)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
  })

  it('in an inner scope that is over, while the scope of the session runs', async () => {
    const { tracer } = startTracing()
    const count = reportedBy(() =>
      usingSession('user_a_conv', async () => {
        const run = await usingSession({ tags: ['beta'] }, async () => machine())
        vi.advanceTimersByTime(10 * MINUTE)
        run(spanOf(tracer))
      }),
    )
    expect(await count).toBe(0)
  })

  it('in a scope without a session', async () => {
    const { tracer } = startTracing()
    const run = await usingSession(null, async () => machine())
    vi.advanceTimersByTime(10 * MINUTE)
    expect(await reportedBy(() => run(spanOf(tracer)))).toBe(0)
  })

  it('in a stream that the function returned', async () => {
    const { tracer } = startTracing()
    async function* stream() {
      yield 1
      spanOf(tracer)()
    }
    const streams = [usingSession('user_a_conv', stream), usingSession('user_a_conv', async () => stream())]
    for (const bound of await Promise.all(streams)) {
      await bound.next()
      vi.advanceTimersByTime(10 * MINUTE)
      expect(await reportedBy(() => bound.next())).toBe(0)
    }
  })

  it('in a function that is bound to the session', async () => {
    const { tracer } = startTracing()
    const work = spanOf(tracer)
    const inside = await usingSession('user_a_conv', async () => ({ run: bindSession(work) }))
    const outside = bindSession(work, 'user_a_conv')
    vi.advanceTimersByTime(10 * MINUTE)
    expect(await reportedBy(inside.run)).toBe(0)
    expect(await reportedBy(outside)).toBe(0)
  })
})
