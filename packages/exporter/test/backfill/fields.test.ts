// User, conversation, metadata and tags come with the session of the trace.

import { context, type Span, trace } from '@opentelemetry/api'
import { langfuse } from '@otel-sessions/exporter/backends'
import { contextWithoutSession, setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_a_conv'
const ALL = { userId: 'user_a', conversationId: 'conv_a', metadata: { plan: 'pro' }, tags: ['beta'] }
const STAMPED = {
  'user.id': 'user_a',
  'gen_ai.conversation.id': 'conv_a',
  metadata: '{"plan":"pro"}',
  'tag.tags': ['beta'],
}

describe.each([['first'], ['last']] as const)('a span without a session, our processor %s,', (ours) => {
  const start = (setup = {}) => {
    const pipeline = startBackfilling({}, { ours, ...setup })
    const { tracer, provider, arrived } = pipeline
    const span = (name: string, attributes = {}) => tracer.startSpan(name, { attributes }).end()
    return {
      ...pipeline,
      span,
      /** Runs a function below a root without a session. */
      below: (run: (root: Span) => void) =>
        tracer.startActiveSpan('root', (root) => {
          run(root)
          root.end()
        }),
      /** What each span was exported with, once everything is. */
      attributes: async () => {
        await provider.forceFlush()
        return Object.fromEntries(arrived.map(({ name, attributes }) => [name, attributes]))
      },
    }
  }

  it('gets the fields of a scope that something bypasses, with its session', async () => {
    const { span, below, attributes } = start()
    below(() => {
      const next = context.bind(context.active(), () => span('handler'))
      usingSession({ sessionId: A, ...ALL }, next)
    })
    const all = { 'session.id': A, ...STAMPED }
    expect(await attributes()).toEqual({ root: all, handler: all })
  })

  it('gets what setSpanSession sets on a span beside it', async () => {
    const { tracer, span, below, attributes } = start()
    below(() => {
      const agent = tracer.startSpan('agent')
      setSpanSession(agent, { sessionId: A, ...ALL })
      span('http')
      agent.end()
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A, ...STAMPED })
  })

  it('gets the fields of a scope beside a session that a framework names', async () => {
    const { span, below, attributes } = start()
    below(() => {
      span('http')
      usingSession({ userId: 'user_a' }, () => span('agent', { thread_id: A }))
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A, 'user.id': 'user_a' })
  })

  it('keeps its own fields', async () => {
    const { span, below, attributes } = start()
    below(() => {
      span('http', { metadata: '{"mine":1}' })
      usingSession({ sessionId: A, ...ALL }, () => span('handler'))
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A, ...STAMPED, metadata: '{"mine":1}' })
  })

  it('gets no field of which the trace has shown several values', async () => {
    const { span, below, attributes } = start()
    below(() => {
      span('http')
      usingSession({ sessionId: A, userId: 'user_a', tags: ['beta'] }, () => span('one'))
      usingSession({ sessionId: A, userId: 'user_b', tags: ['beta'] }, () => span('two'))
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A, 'tag.tags': ['beta'] })
  })

  it('gets no user where something else writes another one on a span of the trace', async () => {
    const { span, below, attributes } = start()
    below(() => {
      span('http')
      usingSession({ sessionId: A, userId: 'user_a' }, () => span('agent', { 'user.id': 'user_b' }))
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A })
  })

  it('gets no session if it has one of several users', async () => {
    const { span, below, attributes } = start()
    below(() => {
      usingSession({ sessionId: A, userId: 'user_a' }, () => span('one'))
      usingSession({ userId: 'user_b' }, () => span('two'))
    })
    expect((await attributes())['two']).toEqual({ 'user.id': 'user_b' })
  })

  it('gets nothing that only another library wrote', async () => {
    const { span, below, attributes } = start()
    below(() => {
      span('http')
      usingSession(A, () => span('agent', { 'user.id': 'user_b', metadata: '{"node":1}' }))
    })
    expect((await attributes())['http']).toEqual({ 'session.id': A })
  })

  it('gets the keys of the backend with them', async () => {
    const { span, below, attributes } = start({ backends: [langfuse] })
    below(() => {
      span('http')
      usingSession({ sessionId: A, userId: 'user_a' }, () => span('agent'))
    })
    expect((await attributes())['http']).toMatchObject({
      'langfuse.session.id': A,
      'langfuse.user.id': 'user_a',
    })
  })

  it.each([
    ['usingSession(null)', (run: () => void) => usingSession(null, run)],
    ['an invalid ID', (run: () => void) => usingSession('é', run)],
    ['a context', (run: () => void) => context.with(contextWithoutSession(context.active()), run)],
    [
      'setSpanSession',
      (run: () => void) =>
        trace.getTracer('test').startActiveSpan('set', (set) => {
          setSpanSession(set, null)
          run()
          set.end()
        }),
    ],
  ])('gets nothing in a trace in which the session was cleared, by %s', async (_, clear) => {
    const { span, below, attributes } = start()
    below(() => {
      span('http')
      usingSession({ sessionId: A, userId: 'user_a' }, () => span('one'))
      clear(() => span('two'))
    })
    expect(await attributes()).toMatchObject({ http: {}, one: { 'session.id': A }, two: {} })
    expect((await attributes())['http']).toEqual({})
  })
})
