import type { SpanOptions } from '@opentelemetry/api'
import { processStats } from '@otel-sessions/processor'
import { type Session, startSession } from '@otel-sessions/processor/lifecycle'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

function fail(): never {
  throw new Error('hostile')
}

const HOSTILE_TRACERS: [string, object][] = [
  ['provider throws', { getTracer: fail }],
  ['provider gives nothing', { getTracer: () => undefined }],
  ['tracer throws', { getTracer: () => ({ startSpan: fail }) }],
  ['tracer gives nothing', { getTracer: () => ({ startSpan: () => undefined }) }],
  ['span throws', { getTracer: () => ({ startSpan: () => new Proxy({}, { get: fail }) }) }],
]

/** Calls every method that emits. */
function useAll(session: Session): void {
  session.addTag('web')
  session.setMetadata({ plan: 'pro' })
  session.event('paid')
  session.feedback({ score: 1 })
  session.metric('turns', 1)
  session.end()
}

describe.each(HOSTILE_TRACERS)('where the %s', (_, tracerProvider) => {
  it('no method of a session throws, and each failure is counted', () => {
    startApplication()
    const counted = problems(() => useAll(startSession({}, { tracerProvider: tracerProvider as never })))
    expect(counted).toEqual({ 'session-span:failed': 7 })
  })

  it('the function of a trace runs once, and its value or error comes back', () => {
    startApplication()
    const session = startSession({}, { tracerProvider: tracerProvider as never })
    let runs = 0
    expect(session.trace('turn', () => ++runs)).toBe(1)
    expect(() => session.trace('turn', () => fail())).toThrow('hostile')
    expect(runs).toBe(1)
    session.end()
  })
})

describe('where methods of a span throw', () => {
  it('the function of a trace runs once, and its value or error comes back', () => {
    const { tracerProvider } = startApplication()
    const session = startSession({}, { tracerProvider })
    const broken = (method: string) => (span: object) => {
      Object.defineProperty(span, method, { value: fail })
      return 'answer'
    }
    for (const method of ['end', 'isRecording']) {
      const counted = problems(() => expect(session.trace('turn', broken(method))).toBe('answer'))
      expect(counted).toEqual({ 'session-span:failed': 1 })
    }
    const own = new Error('of the application')
    const failing = (span: object) => {
      broken('recordException')(span)
      throw own
    }
    expect(() => session.trace('turn', failing)).toThrow(own)
  })
})

describe('where a tracer ignores its arguments', () => {
  it('it gets the option root, and the span of a trace ends once', async () => {
    const { tracer } = startApplication()
    let ends = 0
    const asked: unknown[] = []
    const startSpan = (name: string, options: SpanOptions) => {
      asked.push(options.root)
      const span = tracer.startSpan(name, options)
      return Object.assign(span, { isRecording: () => true, end: () => void ends++ })
    }
    const session = startSession({}, { tracerProvider: { getTracer: () => ({ startSpan }) } as never })
    const before = ends
    const stream = session.trace('turn', () => [1].values())
    for (const _ of stream);
    stream.next()
    expect(ends - before).toBe(1)
    expect(asked).toEqual([true, true])
    session.end()
  })
})

describe('without an SDK', () => {
  it('everything works, and nothing is exported', async () => {
    const session = startSession()
    useAll(session)
    expect(session.run(() => 1)).toBe(1)
    expect(await session.trace('turn', async () => 2)).toBe(2)
    expect(session.ended?.state).toBe('indeterminate')
  })
})

describe('the methods of a session', () => {
  it('may be detached, and work behind a proxy', () => {
    const { tracerProvider, named } = startApplication()
    const session = startSession({}, { tracerProvider })
    const { event, run } = session
    event('detached')
    run(() => new Proxy(session, {}).event('behind a proxy'))
    expect(named('session.event')).toHaveLength(2)
    expect(new Proxy(session, {}).ended).toBeUndefined()
    session.end()
  })

  const hostile = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    }),
    fc.constantFrom(new Proxy({}, { get: fail }), new Proxy({}, { ownKeys: fail, get: fail }), Symbol('it')),
  )

  it('never throw for any argument, and each session span has its session ID', () => {
    const { tracerProvider, spans } = startApplication()
    fc.assert(
      fc.property(hostile, hostile, hostile, (one, two, three) => {
        const any = one as never
        startSession(any, { tracerProvider })
        const session = startSession({ userId: any, tags: any, name: two, startTime: three } as never, {
          tracerProvider,
        })
        session.addTag(any, two as never)
        session.setMetadata(two as never)
        session.event(any, two as never, three as never)
        session.event('named', two as never, three as never)
        session.feedback(any)
        session.feedback({ score: one, label: two, comment: three, name: one, source: two } as never)
        session.metric(any, two as never)
        session.trace(any, () => 1, two as never)
        session.end(any)
        session.end({ state: one, reason: two, time: three } as never)
        // The ends so far may have been rejected.
        session.end({ reason: two, time: three } as never)
        const [end] = spans().slice(-1)
        expect(end?.name).toBe('session.end')
        expect(end?.attributes['session.id']).toBe(session.id)
      }),
      { numRuns: runs(300) },
    )
    for (const { attributes, duration } of spans()) {
      expect(attributes['session.id']).toMatch(/^[ -~]{1,199}$/)
      expect(duration[0]).toBeGreaterThanOrEqual(0)
    }
  })

  it('emit as many session spans as are counted, in any order', () => {
    const { tracerProvider, spans } = startApplication()
    const acts: Record<string, (session: Session) => void> = {
      event: (session) => session.event('paid'),
      feedback: (session) => session.feedback({ score: 1 }),
      metric: (session) => session.metric('turns', 1),
      end: (session) => session.end({ state: 'success' }),
    }
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(acts))), (order) => {
        const [before, sent] = [processStats().sessions, spans().length]
        const session = startSession({}, { tracerProvider })
        for (const act of order) acts[act]?.(session)
        const after = processStats().sessions
        const firstEnd = order.indexOf('end')
        const emitted = order.filter((act, index) => act !== 'end' || index === firstEnd)
        const late = firstEnd < 0 ? [] : order.slice(firstEnd).filter((act) => act !== 'end')
        expect(
          spans()
            .slice(sent)
            .map(({ name }) => name),
        ).toEqual(['start', ...emitted].map((act) => `session.${act}`))
        expect(after.late - before.late).toBe(late.length)
        expect(
          spans()
            .slice(sent)
            .filter(({ attributes }) => attributes['session.late'] === true),
        ).toHaveLength(late.length)
        session.end()
      }),
      { numRuns: runs(100) },
    )
  })
})
