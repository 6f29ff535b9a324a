import { expect, test } from 'vitest'
import { SessionAnalytics } from '../../src/index.ts'
import { chat, spanOf } from '../support/spans.ts'

/** The number of spans that are remembered at least. */
const REMEMBERED = 16_384

const number = (count: number) => count.toString(16).padStart(16, '0')

const repeatedOf = (spans: ReturnType<typeof spanOf>[]): number => {
  const analytics = new SessionAnalytics()
  for (const span of [...spans, ...spans]) analytics.onEnd(span)
  return analytics.counters().repeated
}

test.each([1, 8, 100, 10_000])(
  'a retry of many spans counts nothing twice, with traces of %i spans',
  (length) => {
    const spans = Array.from({ length: REMEMBERED }, (_, count) =>
      spanOf({ id: number(count), trace: `trace-${Math.floor(count / length)}`, session: 's' }),
    )
    expect(repeatedOf(spans)).toBe(REMEMBERED)
  },
)

test('a retry counts nothing twice if the parents never arrive', () => {
  const spans = Array.from({ length: REMEMBERED }, (_, count) =>
    spanOf({
      id: number(count),
      trace: `trace-${count % 100}`,
      parent: `p-${count}`,
      session: 's',
      attributes: chat('m', 1, 1),
    }),
  )
  expect(repeatedOf(spans)).toBe(REMEMBERED)
})

test.each([1, 1_000])(
  'a parent that another child names is remembered from then on, among traces of %i spans',
  (length) => {
    const analytics = new SessionAnalytics()
    for (let count = 0; count < 40_000; count++) {
      const isChild = count === 0 || count === 25_000
      analytics.onEnd(
        spanOf({
          id: number(count),
          trace: isChild ? 't' : `trace-${Math.floor(count / length)}`,
          parent: isChild ? 'parent' : undefined,
          session: isChild ? 's' : 'other',
          attributes: isChild ? chat('m', 10, 5) : {},
        }),
      )
    }
    const parent = spanOf({ id: 'parent', session: 's', attributes: chat('m', 20, 10) })
    analytics.onEnd(parent)
    analytics.onEnd(parent)
    expect(analytics.stats('s')).toMatchObject({ spans: 3, llmCalls: 2, tokens: { input: 20 } })
    expect(analytics.counters().repeated).toBe(1)
  },
)

test.each(['reversed', 'mixed'])('a retry in another order counts nothing twice: %s', (order) => {
  const spans = Array.from({ length: REMEMBERED }, (_, count) =>
    spanOf({ id: number(count), trace: `trace-${count >> 2}`, session: 's' }),
  )
  const again = order === 'reversed' ? spans.toReversed() : spans.map((_, count) => spans[count ^ 2])
  const analytics = new SessionAnalytics()
  for (const span of [...spans, ...again]) analytics.onEnd(span as ReturnType<typeof spanOf>)
  expect(analytics.counters().repeated).toBe(REMEMBERED)
})

test('spans that come without their session first are remembered as long', () => {
  const inits = Array.from({ length: REMEMBERED }, (_, count) => ({
    id: number(count),
    trace: `trace-${count >> 2}`,
  }))
  const analytics = new SessionAnalytics()
  for (const init of inits) {
    analytics.onEnd(spanOf(init))
    analytics.onEnd(spanOf({ ...init, session: 's' }))
  }
  for (const init of inits) analytics.onEnd(spanOf({ ...init, session: 's' }))
  expect(analytics.counters()).toMatchObject({ withoutSession: REMEMBERED, repeated: REMEMBERED })
})

test('what is remembered is bounded in a trace that never ends, and so are its sessions', () => {
  const analytics = new SessionAnalytics({ maxSessions: 50_000 })
  const first = spanOf({ id: 'first', session: 's' })
  analytics.onEnd(spanOf({ id: 'zero', session: 'other' }))
  analytics.onEnd(first)
  for (let count = 0; count < 2 * REMEMBERED; count++) {
    analytics.onEnd(spanOf({ id: number(count), session: `s${count % 3_000}` }))
  }
  analytics.onEnd(first)
  expect(analytics.stats('s')).toMatchObject({ spans: 2, traces: 2 })
  expect(analytics.counters().repeated).toBe(0)
})

test('a span without a session whose calls were forgotten connects others with the usage above it', () => {
  const silent = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  const analytics = new SessionAnalytics()
  const childOf = (id: string) => spanOf({ id, parent: 'step', session: 's', attributes: silent })
  analytics.onEnd(spanOf({ id: 'step', parent: 'p' }))
  analytics.onEnd(childOf('a'))
  for (let count = 0; count < REMEMBERED; count++) {
    analytics.onEnd(spanOf({ id: number(count), trace: `trace-${count >> 2}`, session: 'other' }))
  }
  analytics.onEnd(childOf('b'))
  analytics.onEnd(spanOf({ id: 'p', session: 's', attributes: { 'gen_ai.usage.input_tokens': 9 } }))
  expect(analytics.stats('s')).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, tokens: { input: 9 } })
})

test('calls that wait for the usage of a span above are forgotten like spans, also if that one is named again', () => {
  const silent = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
  const analytics = new SessionAnalytics()
  const childOf = (id: string) => spanOf({ id, parent: 'p', session: 's', attributes: silent })
  analytics.onEnd(childOf('a'))
  for (let count = 0; count < REMEMBERED; count++) {
    analytics.onEnd(spanOf({ id: number(count), trace: `trace-${count >> 2}`, session: 'other' }))
  }
  analytics.onEnd(childOf('b'))
  analytics.onEnd(spanOf({ id: 'p', session: 's', attributes: { 'gen_ai.usage.input_tokens': 9 } }))
  expect(analytics.stats('s')).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, tokens: { input: 9 } })
})
