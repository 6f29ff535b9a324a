import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { contextWithSession, getSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const LANGFUSE = createContextKey('langfuse_session_id')
const ASSOCIATION = createContextKey('association_properties')
const INBOUND = createContextKey('otel-sessions.inbound')

describe('getSession returns the session of other libraries', () => {
  it('that one of them put into the context, as inferred', () => {
    expect(getSession(ROOT_CONTEXT.setValue(LANGFUSE, 'lf_1'))).toMatchObject({
      sessionId: 'lf_1',
      source: 'inferred',
    })
  })

  it('with the fields of the scope around it; a session of the scope takes precedence', () => {
    const inside = contextWithSession(ROOT_CONTEXT.setValue(LANGFUSE, 'lf_1'), { userId: 'user_1' })
    expect(getSession(inside)).toMatchObject({ sessionId: 'lf_1', userId: 'user_1', source: 'inferred' })
    expect(getSession(contextWithSession(inside, 'ours_1'))).toMatchObject({
      sessionId: 'ours_1',
      source: 'scope',
    })
  })

  it('before the inferred session of the active span', () => {
    const { tracer } = startTracing()
    const span = tracer.startSpan('span', { attributes: { thread_id: 't1' } }, ROOT_CONTEXT)
    const at = trace.setSpan(ROOT_CONTEXT, span)
    expect(getSession(at.setValue(LANGFUSE, 'lf_1'))?.sessionId).toBe('lf_1')
  })

  it('but not one that only came with a request', () => {
    expect(getSession(ROOT_CONTEXT.setValue(INBOUND, 'in_1'))).toBeUndefined()
  })
})

describe('association properties', () => {
  const sessionOf = (properties: unknown) =>
    getSession(ROOT_CONTEXT.setValue(ASSOCIATION, properties))?.sessionId

  it('name a session in Traceloop’s shape and in Laminar’s, in the order of the alias table', () => {
    expect(sessionOf({ session_id: 'tl_1' })).toBe('tl_1')
    expect(sessionOf({ userId: 'u', sessionId: 'lmnr_1' })).toBe('lmnr_1')
    expect(sessionOf({ conversation_id: 'c1', sessionId: 'lmnr_1' })).toBe('lmnr_1')
    expect(sessionOf({ chat_id: 'chat_1', thread_id: 't1' })).toBe('chat_1')
    expect(sessionOf({ thread_id: 't1', chat_id: '' })).toBe('t1')
  })

  it('name the session before the conversation of withConversation, and that before a thread', () => {
    const { tracer, sessions } = startTracing()
    const inConversation = ROOT_CONTEXT.setValue(createContextKey('conversation_id'), 'c1')
    tracer.startSpan('both', {}, inConversation.setValue(ASSOCIATION, { session_id: 's1' })).end()
    tracer.startSpan('thread', {}, inConversation.setValue(ASSOCIATION, { thread_id: 't1' })).end()
    expect(sessions()).toEqual({ both: 's1', thread: 'c1' })
  })

  it('name none if they have another shape, or are inherited from a prototype', () => {
    for (const properties of ['x', 7, null, [], {}, Object.create({ session_id: 'polluted' })]) {
      expect(sessionOf(properties)).toBeUndefined()
    }
  })

  it('do not cost a span its session if reading them throws', () => {
    const hostile = {
      get session_id(): string {
        throw new Error('hostile')
      },
      chat_id: 'chat_1',
    }
    const { tracer, sessions } = startTracing()
    const at = ROOT_CONTEXT.setValue(ASSOCIATION, hostile)
    tracer.startSpan('unassigned', {}, at).end()
    tracer.startSpan('explicit', { attributes: { 'session.id': 'own_1' } }, at).end()
    expect(sessions()).toEqual({ unassigned: 'chat_1', explicit: 'own_1' })
  })
})
