import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { contextWithSession, getSession, usingSession } from '@otel-sessions/processor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT_CONTRACT, FORMS } from '../../../test/matrix/support/context-contract.ts'
import { startTracing, stopTracing } from '../../../test/support/tracing.ts'

describe('the contract of contexts', () => {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterEach(() => context.disable())

  describe.each(Object.entries(CONTEXT_CONTRACT))('a context %s', (_, check) => {
    it('if it is the API’s', () => check((values) => values))
    it('if it has a session', () => check((values) => contextWithSession(values, 'user_1_conv_1')))
    it('if it is inside two scopes', () => {
      check((values) => contextWithSession(contextWithSession(values, 'user_1_conv_1'), 'user_1_conv_2'))
    })
    it('if a value is set in the scope', () => {
      check((values) => contextWithSession(values, 'user_1_conv_1').setValue(Symbol.for('test.more'), 1))
    })
    it('if it is the active one of a scope', () => {
      check((values) => context.with(values, () => usingSession('user_1_conv_1', () => context.active())))
    })
  })
})

describe('a session', () => {
  afterEach(stopTracing)

  it.each(Object.entries(FORMS))('is kept by %s', (_, form) => {
    const { tracer, sessions } = startTracing()
    const inside = form(contextWithSession(context.active(), 'user_1_conv_1'))
    expect(getSession(inside)?.sessionId).toBe('user_1_conv_1')
    expect(getSession(form(inside.setValue(Symbol.for('test.more'), 1)))?.sessionId).toBe('user_1_conv_1')
    context.with(inside, () => {
      usingSession({ userId: 'user_1' }, () => tracer.startSpan('with a user').end())
      usingSession('user_2_conv_1', () => tracer.startSpan('another').end())
      tracer.startActiveSpan('parent', (parent) => {
        tracer.startSpan('child').end()
        parent.end()
      })
    })
    expect(sessions()).toEqual({
      'with a user': 'user_1_conv_1',
      another: 'user_2_conv_1',
      parent: 'user_1_conv_1',
      child: 'user_1_conv_1',
    })
  })

  it('is kept where a framework writes another active span into the context', () => {
    const { tracer, sessions } = startTracing()
    usingSession('user_1_conv_1', () => {
      const handler = tracer.startSpan('handler')
      const active = context.active() as unknown as { _currentContext: Map<symbol, unknown> }
      active._currentContext.set(Symbol.for('OpenTelemetry Context Key SPAN'), handler)
      expect(trace.getActiveSpan()).toBe(handler)
      const query = tracer.startSpan('query') as unknown as ReadableSpan
      expect(query.parentSpanContext?.spanId).toBe(handler.spanContext().spanId)
      tracer.startActiveSpan('row', (row) => row.end())
      usingSession('user_2_conv_1', () => tracer.startSpan('other').end())
      handler.end()
    })
    expect(sessions()).toEqual({ row: 'user_1_conv_1', other: 'user_2_conv_1', handler: 'user_1_conv_1' })
  })
})
