import { SESSION_SPAN_SCOPE } from '@otel-sessions/semconv'
import { describe, expect, test } from 'vitest'
import type { EndedSpan } from '../src/ended-span.ts'
import { SessionAnalytics } from '../src/index.ts'
import { chat, spanOf } from './support/spans.ts'

/** Returns a span of which one read of a property throws, the first being 0; each object that is read is counted too. */
function failingAt(span: EndedSpan, read: number): EndedSpan {
  let reads = 0
  const failing = <T extends object>(object: T): T =>
    new Proxy(object, {
      get(target, key) {
        if (reads++ === read) throw new Error('hostile')
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'object' && value !== null ? failing(value) : value
      },
    })
  return failing(span)
}

const counted = (...spans: readonly EndedSpan[]) => {
  const analytics = new SessionAnalytics({ prices: { m: { input: 1, output: 2 } } })
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

const scoped = (name: string, span: EndedSpan) => ({ ...span, instrumentationScope: { name, version: '1' } })
const sessionSpan = (name: string, attributes: Readonly<Record<string, unknown>>) =>
  scoped(SESSION_SPAN_SCOPE, spanOf({ name, id: 'o', session: 's', attributes }))

const LABELS = { 'user.id': 'u', 'tag.tags': ['a', 'b'], 'session.late': true }

describe('a span of which a read throws counts as a whole or not at all', () => {
  test.each([
    [
      'an LLM call',
      scoped(
        'lang',
        spanOf({ id: 'a', parent: 'p', session: 's', attributes: { ...chat('m', 5, 6), ...LABELS } }),
      ),
    ],
    [
      'an LLM call of the AI SDK',
      scoped(
        'ai',
        spanOf({
          id: 'a',
          session: 's',
          attributes: {
            'ai.operationId': 'ai.generateText.doGenerate',
            'ai.model.id': 'm',
            'ai.usage.promptTokens': 5,
          },
        }),
      ),
    ],
    [
      'an LLM call of OpenInference',
      scoped(
        'oi',
        spanOf({
          id: 'a',
          session: 's',
          attributes: {
            'openinference.span.kind': 'LLM',
            'llm.model_name': 'm',
            'llm.token_count.prompt': 5,
          },
        }),
      ),
    ],
    ['a tool', spanOf({ id: 'a', session: 's', attributes: { 'gen_ai.operation.name': 'execute_tool' } })],
    ['a start', sessionSpan('session.start', { 'session.name': 'n', 'session.previous_id': 'before' })],
    ['an end', sessionSpan('session.end', { 'session.end.state': 'success', 'session.end.reason': 'done' })],
    [
      'feedback',
      sessionSpan('session.feedback', { 'session.feedback.name': 'f', 'session.feedback.score': 1 }),
    ],
    ['a metric', sessionSpan('session.metric', { 'session.metric.name': 'f', 'session.metric.value': 1 })],
  ])('%s', (_, span) => {
    const whole = counted(span)
    expect(whole.sessions()).not.toEqual([])
    for (let read = 0; ; read++) {
      const analytics = counted(failingAt(span, read))
      if (analytics.counters().unreadable === 0) {
        expect(analytics.sessions()).toEqual(whole.sessions())
        expect(analytics.counters()).toEqual(whole.counters())
        expect(read).toBeGreaterThan(10)
        break
      }
      expect(analytics.sessions()).toEqual([])
      expect(analytics.counters()).toMatchObject({ unreadable: 1, ignoredValues: 0, withoutSession: 0 })
      // It counts as soon as it can be read.
      analytics.onEnd(span)
      expect(analytics.sessions()).toEqual(whole.sessions())
    }
  })
})

test('a scope whose name is no text is none', () => {
  const call = (id: string, name: unknown) =>
    scoped(
      name as string,
      spanOf({
        id,
        parent: 'p',
        session: 's',
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.response.id': 'r' },
      }),
    )
  const analytics = counted(call('a', Symbol('hostile')), call('b', 'lang'), call('c', { toString: 1 }))
  expect(analytics.counters()).toMatchObject({ unreadable: 0, reportedTwice: 0 })
  expect(analytics.stats('s')).toMatchObject({ llmCalls: 3, callsWithoutUsage: 3 })
})
