import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { contextWithoutSession, contextWithSession, getSession } from '@otel-sessions/processor'
import { describe, expect, it } from 'vitest'

const KEY = createContextKey('of the application')
const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })
const around = trace.setSpan(ROOT_CONTEXT.setValue(KEY, 'around'), span)
const inside = contextWithSession(around, 'user_1_conv_1')

describe('a context with a session in it', () => {
  it('has what was in the context around it', () => {
    expect(inside.getValue(KEY)).toBe('around')
    expect(trace.getSpan(inside)).toBe(span)
    expect(getSession(around)).toBeUndefined()
  })

  it('takes other values, and keeps its session and its span', () => {
    const other = inside.setValue(KEY, 'inside')
    expect(other.getValue(KEY)).toBe('inside')
    expect(getSession(other)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(other)).toBe(span)
    expect(inside.getValue(KEY)).toBe('around')
  })

  it('gives up other values, and keeps its session and its span', () => {
    const without = inside.deleteValue(KEY)
    expect(without.getValue(KEY)).toBeUndefined()
    expect(getSession(without)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(without)).toBe(span)
    expect(inside.getValue(KEY)).toBe('around')
  })

  it('gives up its span, and keeps its session', () => {
    const without = trace.deleteSpan(inside)
    expect(trace.getSpan(without)).toBeUndefined()
    expect(getSession(without)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(inside)).toBe(span)
  })

  it('takes another span, and keeps its session', () => {
    const other = trace.wrapSpanContext({ ...span.spanContext(), spanId: '3'.repeat(16) })
    const under = trace.setSpan(inside, other)
    expect(trace.getSpan(under)).toBe(other)
    expect(getSession(under)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(inside)).toBe(span)
  })

  it('is not changed by another session in it', () => {
    expect(getSession(contextWithSession(inside, 'user_1_conv_2'))?.sessionId).toBe('user_1_conv_2')
    expect(getSession(contextWithoutSession(inside))).toBeUndefined()
    expect(getSession(inside)?.sessionId).toBe('user_1_conv_1')
  })

  it('gives up its session by the key under which another copy of the package finds it', () => {
    const key = createContextKey('otel-sessions.scope')
    const without = inside.deleteValue(key)
    expect(getSession(without)).toBeUndefined()
    expect(without.getValue(KEY)).toBe('around')
    const back = without.setValue(key, inside.getValue(key))
    expect(getSession(back)?.sessionId).toBe('user_1_conv_1')
  })

  it('is in no session where a version that is not ours made the scope', () => {
    const key = createContextKey('otel-sessions.scope')
    const scope = { ...(inside.getValue(key) as object), version: 2 }
    expect(getSession(ROOT_CONTEXT.setValue(key, scope))).toBeUndefined()
  })
})
