import { inspect } from 'node:util'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { readRecord } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

describe('what the processor leaves for the gate', () => {
  it('counts the open spans of a trace that have no statement, and the sessions that it has shown', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      const shared = readRecord(root.spanContext())?.trace
      expect(shared).toMatchObject({ open: 1, sessionId: undefined, several: false })
      const hinted = tracer.startSpan('hinted', { attributes: { thread_id: 't1' } })
      expect(shared).toMatchObject({ open: 2, sessionId: 't1', several: false })
      usingSession('user_1_conv_1', () => tracer.startSpan('stated').end())
      expect(shared).toMatchObject({ open: 2, sessionId: 't1', several: true })
      hinted.end()
      expect(shared?.open).toBe(1)
      setSpanSession(root, 'user_1_conv_3')
      expect(shared?.open).toBe(0)
      root.end()
      expect(shared?.open).toBe(0)
    })
  })

  it('knows a session that was written over the one of a scope, and left', () => {
    const { tracer } = startTracing({ onOverwrite: 'accept' })
    tracer.startActiveSpan('root', (root) => {
      usingSession('user_1_conv_1', () => {
        tracer.startSpan('agent').setAttribute('session.id', 'user_1_conv_2').end()
      })
      const shown = { sessionId: 'user_1_conv_1', several: true }
      expect(readRecord(root.spanContext())?.trace).toMatchObject(shown)
      root.end()
    })
  })

  it('says whether the span that began a trace is open, also when its session is stated midway', () => {
    const { tracer } = startTracing()
    const root = tracer.startSpan('root')
    const shared = readRecord(root.spanContext())?.trace
    expect(shared?.root).toBe(readRecord(root.spanContext()))
    setSpanSession(root, 'user_1_conv_1')
    expect(shared?.root).toBe(readRecord(root.spanContext()))
    root.end()
    expect(shared?.root).toBeUndefined()
  })

  it('knows the session of a scope that was entered under a span, also where no span was started in it', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      usingSession('user_1_conv_1', () => {})
      const shown = { sessionId: 'user_1_conv_1', several: false }
      expect(readRecord(root.spanContext())?.trace).toMatchObject(shown)
      usingSession('user_1_conv_2', () => {})
      expect(readRecord(root.spanContext())?.trace).toMatchObject({ ...shown, several: true })
      root.end()
    })
  })

  it('is one short word where Node prints a span context', () => {
    const { tracer } = startTracing()
    const span = usingSession('user_1_conv_1', () => tracer.startSpan('span'))
    expect(inspect(span.spanContext())).toContain('[explicit user_1_conv_1]')
    span.end()
  })

  it('is shared by all spans of a scope, so the usual span allocates none', () => {
    const { tracer } = startTracing()
    usingSession('user_1_conv_1', () =>
      tracer.startActiveSpan('one', (one) => {
        const two = tracer.startSpan('two')
        expect(readRecord(two.spanContext())).toBe(readRecord(one.spanContext()))
        expect(readRecord(one.spanContext())?.trace).toBeUndefined()
        two.end()
        one.end()
      }),
    )
  })

  it('keeps no link to another span once its own has ended', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      const child = tracer.startSpan('child')
      const record = readRecord(child.spanContext())
      expect(record?.parent).toBe(readRecord(root.spanContext()))
      child.end()
      expect(record?.parent).toBeUndefined()
      root.end()
    })
  })
})

describe('two processors on one provider', () => {
  it('stamp once: the second leaves the spans of the first alone', () => {
    const first = new SessionSpanProcessor()
    const second = new SessionSpanProcessor({ onOverwrite: 'accept' })
    const { tracer, sessions } = startTracing({}, { spanProcessors: [first, second] })
    usingSession('user_1_conv_1', () => {
      const span = tracer.startSpan('span')
      span.setAttribute('session.id', 'other_1')
      span.end()
    })
    expect(sessions()).toEqual({ span: 'user_1_conv_1' })
    expect(first.stats()).toMatchObject({ started: { explicit: 1 }, late: { restored: 1 }, skipped: 0 })
    expect(second.stats()).toMatchObject({ started: { explicit: 0 }, late: { restored: 0 }, skipped: 1 })
  })
})

describe('two providers with a processor each', () => {
  it('pass a session from the one’s spans to the other’s', () => {
    const one = startTracing()
    const two = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () =>
      one.tracer.startActiveSpan('outer', (outer) => {
        two.tracer.startSpan('inner').end()
        outer.end()
      }),
    )
    one.tracer.startActiveSpan('stated', { attributes: { 'session.id': 'user_2_conv_1' } }, (stated) => {
      const inner = two.tracer.startSpan('inherited')
      inner.setAttribute('session.id', 'other_1')
      inner.end()
      stated.end()
    })
    expect(two.sessions()).toEqual({ inner: 'user_1_conv_1', inherited: 'user_2_conv_1' })
    expect(two.processor.stats().late.restored).toBe(1)
  })
})

describe('what two processors share', () => {
  const overwrite = ({ tracer }: ReturnType<typeof startTracing>) => {
    const span = tracer.startSpan('span')
    span.setAttribute('session.id', 'other_1')
    span.end()
  }

  it('is a scope: each puts back what was written over its own spans', () => {
    const both = [startTracing(), startTracing()]
    usingSession('user_1_conv_1', () => both.forEach(overwrite))
    for (const { processor, sessions } of both) {
      expect(sessions()).toEqual({ span: 'user_1_conv_1' })
      expect(processor.stats().late.restored).toBe(1)
    }
  })

  it('is an inherited statement: each puts back what was written over its own spans', () => {
    const [one, two] = [startTracing(), startTracing()]
    const attributes = { 'session.id': 'user_1_conv_1' }
    one.tracer.startActiveSpan('stated', { attributes }, () =>
      one.tracer.startActiveSpan('inherited', () => overwrite(two)),
    )
    expect(two.sessions()).toEqual({ span: 'user_1_conv_1' })
    expect(two.processor.stats().late.restored).toBe(1)
    expect(two.exporter.stats().changed).toBe(0)
  })
})

describe('a span without a record', () => {
  it('gives its valid session.id to its children as a hint', () => {
    // Somebody else's span: not started by a provider of ours.
    const foreign = {
      ...trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
      attributes: { 'session.id': 'user_9_conv_1' },
    }
    const { tracer, sessions } = startTracing()
    tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, foreign as never)).end()
    expect(sessions()).toEqual({ child: 'user_9_conv_1' })
  })
})
