import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { naiveTotals } from './support/naive.ts'
import { chat, spanMaker, spanOf } from './support/spans.ts'

const count = (spans: ReturnType<typeof spanOf>[]) => {
  const analytics = new SessionAnalytics()
  for (const span of spans) analytics.onEnd(span)
  return analytics
}
const travelled = (...all: SessionAnalytics[]) => {
  const sum = new SessionAnalytics()
  for (const one of all) sum.merge(JSON.parse(JSON.stringify(one)))
  return sum
}
const name = (model: number) => `m${String(model).padStart(2, '0')}`

/** Calls of some of 60 models, some of them with a nested call. */
const calls = fc
  .array(fc.record({ model: fc.nat(59), input: fc.nat(50), inner: fc.option(fc.nat(59)) }), {
    minLength: 30,
    maxLength: 90,
  })
  .map((all) =>
    all.flatMap(({ model, input, inner }, index) => {
      const place = { session: 's', trace: `t${index}` }
      const call = spanOf({ ...place, id: 'p', attributes: chat(name(model), input, 1) })
      if (inner === null) return [call]
      return [call, spanOf({ ...place, id: 'c', parent: 'p', attributes: chat(name(inner), input, 1) })]
    }),
  )
const orders = calls.chain((spans) =>
  fc.tuple(
    fc.constant(spans),
    fc.shuffledSubarray(spans, { minLength: spans.length, maxLength: spans.length }),
  ),
)

const sumOf = (totals: SessionTotals) =>
  [...totals.models, ...(totals.otherModels === undefined ? [] : [totals.otherModels])].reduce<
    readonly [number, number, number]
  >(
    ([llmCalls, input, output], one) => [
      llmCalls + one.llmCalls,
      input + one.tokens.input,
      output + one.tokens.output,
    ],
    [0, 0, 0],
  )

test('with more than 32 models, each that is counted separately is right, and so is the sum of the others, in any order and merged', () => {
  fc.assert(
    fc.property(orders, ([spans, order]) => {
      const [naive] = naiveTotals(spans)
      const analytics = count(order)
      const half = order.length >> 1
      // A trace is in one process.
      const traces = new Set(order.slice(0, half).map((span) => span.spanContext().traceId))
      const [first, second] = [true, false].map((isFirst) =>
        count(order.filter((span) => traces.has(span.spanContext().traceId) === isFirst)),
      ) as [SessionAnalytics, SessionAnalytics]
      for (const one of [
        analytics,
        travelled(analytics),
        travelled(first, second),
        travelled(second, first),
      ]) {
        const totals = one.stats('s') as SessionTotals
        expect(totals.models.length).toBeLessThanOrEqual(32)
        for (const model of totals.models) {
          expect(model).toEqual(naive?.models.find((each) => each.model === model.model))
        }
        expect(sumOf(totals)).toEqual([totals.llmCalls, totals.tokens.input, totals.tokens.output])
        expect(totals.tokens).toEqual(naive?.tokens)
      }
      expect(JSON.stringify(travelled(analytics))).toBe(JSON.stringify(analytics))
      expect(travelled(first, second).sessions()).toEqual(travelled(second, first).sessions())
    }),
    { numRuns: runs(300) },
  )
})

test('a model in the sum of the others is not counted separately again when another is subtracted', () => {
  const span = spanMaker()
  const analytics = count([
    spanOf({ id: 'p', trace: 'Z', session: 's', attributes: chat('zz', 1_000, 0) }),
    spanOf({ id: 'p', trace: 'Y', session: 's', attributes: chat('a0', 5, 0) }),
    ...Array.from({ length: 31 }, (_, model) => span('s', { attributes: chat(name(model), 1, 0) })),
    spanOf({ id: 'c', parent: 'p', trace: 'Y', session: 's', attributes: chat('m00', 5, 0) }),
    span('s', { attributes: chat('zz', 10, 0) }),
    spanOf({ id: 'c', parent: 'p', trace: 'Z', session: 's', attributes: chat('m01', 1_000, 0) }),
  ])
  expect(analytics.stats('s')).toMatchObject({
    tokens: { input: 1_046 },
    otherModels: { llmCalls: 1, tokens: { input: 10 } },
  })
  expect(travelled(analytics).sessions()).toEqual(analytics.sessions())
})

test('a model name of more than 200 characters is ignored, and totals can still be merged', () => {
  const long = 'm'.repeat(201)
  const analytics = new SessionAnalytics({ prices: { [long]: { input: 1, output: 1 } } })
  analytics.onEnd(spanOf({ id: 'a', session: 's', attributes: chat(long, 1, 2) }))
  analytics.onEnd(spanOf({ id: 'b', session: 't', attributes: chat('m'.repeat(200), 1, 2) }))
  expect(analytics.stats('s')).toMatchObject({ cost: undefined, models: [{ model: undefined, llmCalls: 1 }] })
  expect(analytics.stats('t')?.models[0]?.model).toHaveLength(200)
  expect(analytics.counters().ignoredValues).toBe(1)
  expect(travelled(analytics).sessions()).toEqual(analytics.sessions())
})
