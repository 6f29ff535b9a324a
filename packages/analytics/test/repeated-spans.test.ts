import { expect, test } from 'vitest'
import { SessionAnalytics } from '../src/index.ts'
import { chat, spanOf } from './support/spans.ts'

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
