import { expect, test } from 'vitest'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import { judge } from './judge.ts'

let count = 0

function span(name: string, attributes: Record<string, unknown>, parent?: ReceivedSpan): ReceivedSpan {
  count++
  return {
    traceId: 'trace',
    spanId: String(count),
    parentSpanId: parent?.spanId,
    name,
    scope: 'test',
    startNano: '0',
    endNano: '0',
    statusCode: 0,
    attributes,
  }
}

const session = (sessionId: string, userId: string) => ({ 'session.id': sessionId, 'user.id': userId })

test('a span is right with the session and the user of its own work, of its URL, or of its parent', () => {
  const server = span('server', { 'url.path': '/conversations/conv_a1', ...session('conv_a1', 'user_a') })
  const child = span('child', session('conv_a1', 'user_a'), server)
  const other = span('other', { 'trial.owner': 'conv_b1', ...session('conv_b1', 'user_b') }, child)
  expect(judge([server, child, other])).toEqual({ spans: 3, right: 3, missing: {}, wrong: {}, doubled: 0 })
})

test('a span without the session, or without the user, is missing', () => {
  const server = span('server', { 'url.path': '/conversations/conv_a1' })
  const child = span('child', { 'session.id': 'conv_a1' }, server)
  expect(judge([server, child])).toMatchObject({ right: 0, missing: { server: 1, 'child (user)': 1 } })
})

test.each([
  ["another conversation's session", session('conv_a2', 'user_a')],
  ["another user's session", session('conv_b1', 'user_b')],
  ['another user', session('conv_a1', 'user_b')],
])('a span with %s is wrong', (_, attributes) => {
  const verdict = judge([span('work', { 'trial.owner': 'conv_a1', ...attributes })])
  expect(verdict).toMatchObject({ right: 0, missing: {}, wrong: { work: 1 } })
})

test('a span of a request that no user has sent is right without a session, and wrong with one', () => {
  const without = span('GET /health', { 'url.path': '/health' })
  const withOne = span('GET /health', { 'url.path': '/health', ...session('conv_a1', 'user_a') })
  expect(judge([without, withOne])).toMatchObject({ right: 1, wrong: { 'GET /health': 1 } })
})

test('a span that arrives twice is counted once, and as doubled', () => {
  const one = span('work', { 'trial.owner': 'conv_a1', ...session('conv_a1', 'user_a') })
  expect(judge([one, one])).toMatchObject({ spans: 1, right: 1, doubled: 1 })
})

test('a span that nobody owns is an error that names it', () => {
  expect(() => judge([span('unknown', {})])).toThrow('nobody owns the span "unknown"')
})
