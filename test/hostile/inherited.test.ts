import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { afterEach, expect, test } from 'vitest'
import type { Attributes } from './hostile-attributes.ts'
import { hostileSpan } from './spans.ts'

const polluted = Object.prototype as Attributes
afterEach(() => {
  for (const key of ['session.id', 'metadata', 'user.id']) delete polluted[key]
})

const spanOf = (attributes: Attributes) =>
  hostileSpan({ attributes, target: attributes, hides: false, inherited: new Set() }, 'usual')

function exported(span: ReturnType<typeof spanOf>): Attributes {
  let attributes: Attributes = {}
  const delegate = {
    export(spans: (typeof span)[], resultCallback: (result: { code: number }) => void) {
      attributes = spans[0]?.attributes ?? {}
      resultCallback({ code: 0 })
    },
    async shutdown() {},
  }
  new SessionSpanExporter(delegate).export([span], () => {})
  return attributes
}

function run(processor: SessionSpanProcessor, span: ReturnType<typeof spanOf>, context = ROOT_CONTEXT) {
  processor.onStart(span, context)
  processor.onEnding(span)
  processor.onEnd(span)
}

test('a session.id on Object.prototype does not override the session of a scope', () => {
  polluted['session.id'] = 'polluted_session'
  const span = spanOf({})
  run(new SessionSpanProcessor(), span, contextWithSession(ROOT_CONTEXT, 'user_123_conv_456'))
  expect(Object.entries(span.attributes)).toEqual([['session.id', 'user_123_conv_456']])
})

test('a session.id on Object.prototype does not give a span a session', () => {
  polluted['session.id'] = 'polluted_session'
  const processor = new SessionSpanProcessor()
  const span = spanOf({})
  run(processor, span)
  expect(processor.stats().started).toMatchObject({ withoutSession: 1, explicit: 0 })
  expect(Object.keys(span.attributes)).toEqual([])
})

test('a field on Object.prototype does not prevent a scope’s fields from being stamped', () => {
  Object.assign(polluted, { 'user.id': 'polluted', metadata: '{}' })
  const span = spanOf({})
  const metadata = { plan: 'pro' }
  run(
    new SessionSpanProcessor(),
    span,
    contextWithSession(ROOT_CONTEXT, { sessionId: 's_123_456', userId: 'u_1', metadata }),
  )
  expect(Object.entries(span.attributes)).toContainEqual(['user.id', 'u_1'])
  expect(Object.entries(span.attributes)).toContainEqual(['metadata', '{"plan":"pro"}'])
})

test('the exporter reads an alias although Object.prototype has a session.id', () => {
  polluted['session.id'] = 'polluted_session'
  expect(Object.entries(exported(spanOf({ thread_id: 'thread_7' })))).toContainEqual([
    'session.id',
    'thread_7',
  ])
})

test('an attribute named __proto__ is exported as it is, and does not become a prototype', () => {
  const attributes: Attributes = JSON.parse('{"__proto__":{"user.id":"smuggled"},"thread_id":"thread_7"}')
  const result = exported(spanOf(attributes))
  expect(result['user.id']).toBeUndefined()
  expect(Object.keys(result)).toEqual(['__proto__', 'thread_id', 'session.id'])
})
