import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  contextWithSession,
  getSession,
  processStats,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const RICH = {
  sessionId: 'user_1_conv_1',
  conversationId: 'conv_1',
  userId: 'user_1',
  metadata: { plan: 'pro', seats: 3 },
  tags: ['web', 'eu'],
}

describe('getSession returns', () => {
  it('the session of the scope', () => {
    startTracing()
    usingSession(RICH, () => expect(getSession()).toMatchObject({ ...RICH, source: 'scope' }))
  })

  it('the session of the scope, with its fields, of a span that is active outside the scope', () => {
    const { tracer } = startTracing()
    const span = usingSession(RICH, () => tracer.startSpan('span'))
    expect(getSession(trace.setSpan(ROOT_CONTEXT, span))).toMatchObject({ ...RICH, source: 'scope' })
  })

  it('the explicit session of the active span, with the fields written with it', () => {
    const { tracer } = startTracing()
    tracer.startActiveSpan('span', (span) => {
      setSpanSession(span, RICH)
      expect(getSession()).toMatchObject({ ...RICH, source: 'span' })
      span.setAttribute('session.id', 'user_1_conv_2')
      expect(getSession()).toMatchObject({ sessionId: 'user_1_conv_2', source: 'span' })
    })
  })

  it('no metadata of the scope if the span had its own', () => {
    const { tracer } = startTracing()
    const attributes = { metadata: '{"own":1}' }
    const span = usingSession(RICH, () => tracer.startSpan('span', { attributes }))
    expect(getSession(trace.setSpan(ROOT_CONTEXT, span))).toMatchObject({ metadata: {}, userId: 'user_1' })
  })

  it('the inferred session of the active span, with the fields of the scope around it', () => {
    const { tracer } = startTracing()
    usingSession({ userId: 'user_1', tags: ['web'] }, () =>
      tracer.startActiveSpan('span', { attributes: { thread_id: 't1' } }, (span) => {
        const fields = { userId: 'user_1', tags: ['web'], metadata: {} }
        expect(getSession()).toMatchObject({ ...fields, sessionId: 't1', source: 'inferred' })
        span.setAttribute('session.id', 'late_1')
        expect(getSession()).toMatchObject({ ...fields, sessionId: 'late_1', source: 'inferred' })
      }),
    )
  })

  it('undefined without a session, in a cleared one, and for the session of the children', () => {
    const { tracer } = startTracing()
    expect(getSession()).toBeUndefined()
    tracer.startActiveSpan('span', () => {
      usingSession('user_1_conv_1', () => {})
      expect(getSession()).toBeUndefined()
    })
    usingSession('user_1_conv_1', () => usingSession(null, () => expect(getSession()).toBeUndefined()))
  })

  it('undefined, without throwing, if the active span throws', () => {
    startTracing()
    const span = {
      spanContext: () => {
        throw new Error('hostile')
      },
    }
    expect(getSession(trace.setSpan(ROOT_CONTEXT, span as never))).toBeUndefined()
  })
})

describe('setSpanSession', () => {
  it('writes fields on this span only, not on the others of the scope', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession('user_1_conv_1', () => {
      const one = tracer.startSpan('one')
      setSpanSession(one, { userId: 'user_1' })
      tracer.startSpan('two').end()
      tracer.startSpan('under one', {}, trace.setSpan(ROOT_CONTEXT, one)).end()
      one.end()
    })
    const session = { 'session.id': 'user_1_conv_1' }
    expect(exportedSpans()).toEqual({
      one: { ...session, 'user.id': 'user_1' },
      two: session,
      'under one': { ...session, 'user.id': 'user_1' },
    })
  })

  it('replaces fields that it wrote itself, and no others', () => {
    const { tracer, exportedSpans } = startTracing()
    const span = tracer.startSpan('span', { attributes: { 'tag.tags': ['own'] } })
    setSpanSession(span, { sessionId: 'user_1_conv_1', userId: 'user_1', tags: ['web'] })
    setSpanSession(span, { userId: 'user_2', tags: ['eu'] })
    span.end()
    expect(exportedSpans()['span']).toEqual({
      'session.id': 'user_1_conv_1',
      'user.id': 'user_2',
      'tag.tags': ['own'],
    })
  })

  it('only counts on a span that throws', () => {
    const span = {
      isRecording: () => {
        throw new Error('hostile')
      },
    }
    const problems = problemsOf(
      () => processStats().problems,
      () => setSpanSession(span as never, 'user_1_conv_1'),
    )
    expect(problems).toEqual({ 'set-span-session:unreadable': 1 })
  })

  it('writes on a wrapper that shows no attributes', () => {
    const { tracer, sessions } = startTracing()
    const span = tracer.startSpan('span')
    const wrapper = {
      isRecording: () => true,
      spanContext: () => span.spanContext(),
      setAttribute: (key: string, value: string) => span.setAttribute(key, value),
    }
    setSpanSession(wrapper as never, 'user_1_conv_1')
    expect((span as never as { attributes: object }).attributes).toEqual({ 'session.id': 'user_1_conv_1' })
    span.end()
    expect(sessions()).toEqual({ span: 'user_1_conv_1' })
  })
})

describe('fields in a context of contextWithSession', () => {
  it('do not propagate to the active span, because no session was entered under it', () => {
    const { tracer, sessions } = startTracing()
    tracer.startActiveSpan('root', (root) => {
      const inside = contextWithSession(context.active(), 'user_1_conv_1')
      context.with(inside, () => usingSession({ tags: ['web'] }, () => {}))
      root.end()
    })
    expect(sessions()).toEqual({ root: undefined })
  })
})
