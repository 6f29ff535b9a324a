import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { contextWithoutSession, contextWithSession, getSession } from '@otel-sessions/processor'
import { describe, expect, it } from 'vitest'

const KEY = createContextKey('of the application')
const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })
const around = trace.setSpan(ROOT_CONTEXT.setValue(KEY, 'around'), span)
const inside = contextWithSession(around, 'user_1_conv_1')

describe('a context with a session in it', () => {
  it('has the values of the outer context', () => {
    expect(inside.getValue(KEY)).toBe('around')
    expect(trace.getSpan(inside)).toBe(span)
    expect(getSession(around)).toBeUndefined()
  })

  it('keeps its session and its span when a value is set', () => {
    const other = inside.setValue(KEY, 'inside')
    expect(other.getValue(KEY)).toBe('inside')
    expect(getSession(other)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(other)).toBe(span)
    expect(inside.getValue(KEY)).toBe('around')
  })

  it('keeps its session and its span when a value is deleted', () => {
    const without = inside.deleteValue(KEY)
    expect(without.getValue(KEY)).toBeUndefined()
    expect(getSession(without)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(without)).toBe(span)
    expect(inside.getValue(KEY)).toBe('around')
  })

  it('keeps its session when the span is deleted', () => {
    const without = trace.deleteSpan(inside)
    expect(trace.getSpan(without)).toBeUndefined()
    expect(getSession(without)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(inside)).toBe(span)
  })

  it('keeps its session when another span is set', () => {
    const other = trace.wrapSpanContext({ ...span.spanContext(), spanId: '3'.repeat(16) })
    const under = trace.setSpan(inside, other)
    expect(trace.getSpan(under)).toBe(other)
    expect(getSession(under)?.sessionId).toBe('user_1_conv_1')
    expect(trace.getSpan(inside)).toBe(span)
  })

  it('is not changed by another session inside it', () => {
    expect(getSession(contextWithSession(inside, 'user_1_conv_2'))?.sessionId).toBe('user_1_conv_2')
    expect(getSession(contextWithoutSession(inside))).toBeUndefined()
    expect(getSession(inside)?.sessionId).toBe('user_1_conv_1')
  })

  it('loses its session when its registered key is deleted, as another copy of the package may do', () => {
    const key = createContextKey('otel-sessions.scope')
    const without = inside.deleteValue(key)
    expect(getSession(without)).toBeUndefined()
    expect(without.getValue(KEY)).toBe('around')
    const back = without.setValue(key, inside.getValue(key))
    expect(getSession(back)?.sessionId).toBe('user_1_conv_1')
  })

  it('has no session if the scope is of another version', () => {
    const key = createContextKey('otel-sessions.scope')
    const scope = { ...(inside.getValue(key) as object), version: 1 }
    expect(getSession(ROOT_CONTEXT.setValue(key, scope))).toBeUndefined()
  })
})
