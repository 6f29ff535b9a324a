import { SESSION_ALIASES, type SessionAliases } from '@otel-sessions/semconv'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing, withoutOnEnding } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

type Attributes = Record<string, string>

describe.each([true, false])('an alias that is written late, with onEnding: %j,', (hasOnEnding) => {
  function sessionOf(
    start: Attributes,
    late: Attributes,
    aliases: SessionAliases = SESSION_ALIASES,
  ): unknown {
    const { processor } = startTracing({ aliases })
    const spanProcessors = [hasOnEnding ? processor : withoutOnEnding(processor)]
    const { tracer, sessions } = startTracing({}, { spanProcessors }, { aliases })
    const span = tracer.startSpan('span', { attributes: start })
    span.setAttributes(late)
    span.end()
    return sessions()['span']
  }

  it('replaces an inferred session if its concept ranks higher', () => {
    expect(sessionOf({ thread_id: 't1' }, { metadata: '{"$ai_session_id":"s1"}' })).toBe('s1')
    expect(sessionOf({ metadata: '{"threadId":"t1"}' }, { 'gen_ai.conversation.id': 'c1' })).toBe('c1')
  })

  it('does not replace it if its concept ranks lower', () => {
    expect(sessionOf({ metadata: '{"sessionId":"s1"}' }, { thread_id: 't1' })).toBe('s1')
    expect(sessionOf({ $ai_session_id: 's1' }, { 'gen_ai.conversation.id': 'c1' })).toBe('s1')
  })

  it('of the same concept replaces it only if it is the same key', () => {
    expect(sessionOf({ 'wandb.thread_id': 't1' }, { thread_id: 't2' })).toBe('t1')
    expect(sessionOf({ 'wandb.thread_id': 't1' }, { 'wandb.thread_id': 't3', thread_id: 't2' })).toBe('t3')
    expect(sessionOf({ metadata: '{"thread_id":"t1"}' }, { metadata: '{"thread_id":"t2"}' })).toBe('t2')
    expect(sessionOf({ metadata: '{"thread_id":"t1"}' }, { metadata: '{"threadId":"t2"}' })).toBe('t1')
  })

  it('is not compared with a session.id, which always replaces', () => {
    expect(sessionOf({ session_id: 's1' }, { 'session.id': 's2' })).toBe('s2')
  })

  it('follows the order of a table of your own, which has no concepts', () => {
    const aliases = ['app.ticket', 'thread_id', ...SESSION_ALIASES]
    expect(sessionOf({ session_id: 's1' }, { thread_id: 't1' }, aliases)).toBe('t1')
    expect(sessionOf({ thread_id: 't1' }, { session_id: 's1' }, aliases)).toBe('t1')
    expect(sessionOf({ session_id: 's1' }, { 'app.ticket': 'a1' }, aliases)).toBe('a1')
  })
})
