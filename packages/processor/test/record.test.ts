import { inspect } from 'node:util'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { readRecord } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

describe('the record that the processor leaves for the exporter', () => {
  it('counts the open spans of a trace without an explicit session, and notes the sessions in it', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      const shared = readRecord(root.spanContext())?.trace
      expect(shared).toMatchObject({ open: 1, sessionId: undefined, several: false })
      const inferred = tracer.startSpan('inferred', { attributes: { thread_id: 't1' } })
      expect(shared).toMatchObject({ open: 2, sessionId: 't1', several: false })
      usingSession('user_1_conv_1', () => tracer.startSpan('explicit').end())
      expect(shared).toMatchObject({ open: 2, sessionId: 't1', several: true })
      inferred.end()
      expect(shared?.open).toBe(1)
      setSpanSession(root, 'user_1_conv_3')
      expect(shared?.open).toBe(0)
      root.end()
      expect(shared?.open).toBe(0)
    })
  })

  it('notes a session that was written over the one of a scope, and accepted', () => {
    const { tracer } = startTracing({ onOverwrite: 'accept' })
    tracer.startActiveSpan('root', (root) => {
      usingSession('user_1_conv_1', () => {
        tracer.startSpan('agent').setAttribute('session.id', 'user_1_conv_2').end()
      })
      const noted = { sessionId: 'user_1_conv_1', several: true }
      expect(readRecord(root.spanContext())?.trace).toMatchObject(noted)
      root.end()
    })
  })

  it('has the first span of a trace while it is open, also after setSpanSession', () => {
    const { tracer } = startTracing()
    const root = tracer.startSpan('root')
    const shared = readRecord(root.spanContext())?.trace
    expect(shared?.root).toBe(readRecord(root.spanContext()))
    setSpanSession(root, 'user_1_conv_1')
    expect(shared?.root).toBe(readRecord(root.spanContext()))
    root.end()
    expect(shared?.root).toBeUndefined()
  })

  it('notes the session of a scope that was entered under a span, even if no span started in it', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      usingSession('user_1_conv_1', () => {})
      const noted = { sessionId: 'user_1_conv_1', several: false }
      expect(readRecord(root.spanContext())?.trace).toMatchObject(noted)
      usingSession('user_1_conv_2', () => {})
      expect(readRecord(root.spanContext())?.trace).toMatchObject({ ...noted, several: true })
      root.end()
    })
  })

  it('is not seen where a span or its context is printed, listed or copied', () => {
    const { tracer } = startTracing()
    const exported: unknown[] = []
    const dir = vi.spyOn(console, 'dir').mockImplementation((value) => exported.push(inspect(value)))
    const spans = usingSession('user_1_conv_1', () =>
      tracer.startActiveSpan('parent', (parent) => [parent, tracer.startSpan('child')]),
    )
    for (const span of [...spans, tracer.startSpan('outside')]) {
      const spanContext = span.spanContext()
      expect(readRecord(spanContext)).toBeDefined()
      expect(Reflect.ownKeys({ ...spanContext })).toEqual(Reflect.ownKeys(spanContext))
      for (const key of Reflect.ownKeys(spanContext)) expect(key).toBeTypeOf('string')
      expect(inspect(spanContext, { showHidden: true })).not.toContain('otel-sessions')
      new ConsoleSpanExporter().export([span as never], () => {})
      span.end()
    }
    dir.mockRestore()
    expect(exported).toHaveLength(3)
    expect(exported.join()).not.toContain('otel-sessions.record')
  })

  it('is shared by copies of the packages in one process', async () => {
    const { tracer } = startTracing()
    vi.resetModules()
    const { readRecord: otherRead } = await import('@otel-sessions/semconv/internal')
    expect(otherRead).not.toBe(readRecord)
    const span = usingSession('user_1_conv_1', () => tracer.startSpan('span'))
    expect(otherRead(span.spanContext())).toBe(readRecord(span.spanContext()))
    span.end()
  })

  it('is shared by all spans of a scope, so that the usual span allocates none', () => {
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

  it('retains no other record after its span has ended', () => {
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
  it('pass a session from the spans of one to the spans of the other', () => {
    const one = startTracing()
    const two = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () =>
      one.tracer.startActiveSpan('outer', (outer) => {
        two.tracer.startSpan('inner').end()
        outer.end()
      }),
    )
    one.tracer.startActiveSpan('explicit', { attributes: { 'session.id': 'user_2_conv_1' } }, (explicit) => {
      const inner = two.tracer.startSpan('inherited')
      inner.setAttribute('session.id', 'other_1')
      inner.end()
      explicit.end()
    })
    expect(two.sessions()).toEqual({ inner: 'user_1_conv_1', inherited: 'user_2_conv_1' })
    expect(two.processor.stats().late.restored).toBe(1)
  })
})

describe('with two processors', () => {
  const overwrite = ({ tracer }: ReturnType<typeof startTracing>) => {
    const span = tracer.startSpan('span')
    span.setAttribute('session.id', 'other_1')
    span.end()
  }

  it('each restores the session of a shared scope on its own spans', () => {
    const both = [startTracing(), startTracing()]
    usingSession('user_1_conv_1', () => both.forEach(overwrite))
    for (const { processor, sessions } of both) {
      expect(sessions()).toEqual({ span: 'user_1_conv_1' })
      expect(processor.stats().late.restored).toBe(1)
    }
  })

  it('each restores an inherited explicit session on its own spans', () => {
    const [one, two] = [startTracing(), startTracing()]
    const attributes = { 'session.id': 'user_1_conv_1' }
    one.tracer.startActiveSpan('explicit', { attributes }, () =>
      one.tracer.startActiveSpan('inherited', () => overwrite(two)),
    )
    expect(two.sessions()).toEqual({ span: 'user_1_conv_1' })
    expect(two.processor.stats().late.restored).toBe(1)
    expect(two.exporter.stats().changed).toBe(0)
  })
})

describe('a span without a record', () => {
  it('passes its valid session.id on to its children as inferred', () => {
    // A span that no provider here started.
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
