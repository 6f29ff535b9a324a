import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import type { EndedSpan } from '../src/ended-span.ts'
import { SessionAnalytics } from '../src/index.ts'
import type { SessionTotals } from '../src/totals/session-totals.ts'
import { type Compared, naiveTotals } from './support/naive.ts'
import { shuffled, someSpans } from './support/programs.ts'

const count = (spans: readonly EndedSpan[]) => {
  const analytics = new SessionAnalytics()
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

const compared = ({ late: _, latency: __, ...rest }: SessionTotals): Compared => rest
const byId = (all: SessionTotals[]) => all.sort((one, other) => (one.id < other.id ? -1 : 1))
const everything = (analytics: SessionAnalytics) => byId(analytics.sessions())

test('totals equal those of a simple recount, whatever the order of spans and however often they arrive', () => {
  fc.assert(
    fc.property(
      someSpans.chain((spans) => fc.tuple(fc.constant(spans), shuffled(spans))),
      ([spans, order]) => {
        expect(everything(count(order)).map(compared)).toEqual(naiveTotals(spans))
      },
    ),
    { numRuns: runs(500) },
  )
})

test('latencies do not depend on the order either', () => {
  fc.assert(
    fc.property(
      someSpans.chain((spans) => fc.tuple(fc.constant(spans), shuffled(spans))),
      ([spans, order]) => {
        const latencies = (all: SessionTotals[]) => all.map(({ latency }) => latency)
        expect(latencies(everything(count(order)))).toEqual(latencies(everything(count(spans))))
      },
    ),
    { numRuns: runs(300) },
  )
})

/** Each trace goes to one process, as behind a load balancer. */
const spread = someSpans.chain((spans) =>
  fc.tuple(
    fc.constant(spans),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 7 }).map((places) => {
      const traces = [...new Set(spans.map((span) => span.spanContext().traceId))]
      const placeOf = (span: EndedSpan) =>
        places[traces.indexOf(span.spanContext().traceId) % places.length] as number
      return [0, 1, 2].map((place) => spans.filter((span) => placeOf(span) === place))
    }),
  ),
)

// Through JSON, as between processes.
const merged = (...all: SessionAnalytics[]) => {
  const sum = new SessionAnalytics()
  for (const one of all) sum.merge(JSON.parse(JSON.stringify(one)))
  return sum
}
const withoutLate = (analytics: SessionAnalytics) => everything(analytics).map(({ late: _, ...rest }) => rest)

test('merging equals counting all spans in one process, in any order and any grouping', () => {
  fc.assert(
    fc.property(spread, ([spans, parts]) => {
      const [a, b, c] = parts.map(count) as [SessionAnalytics, SessionAnalytics, SessionAnalytics]
      const whole = withoutLate(count(spans))
      expect(withoutLate(merged(a, b, c))).toEqual(whole)
      expect(withoutLate(merged(c, a, b))).toEqual(whole)
      expect(withoutLate(merged(a, merged(b, c)))).toEqual(whole)
      expect(withoutLate(merged(merged(a, b), c))).toEqual(whole)
      expect(merged(a, merged(b, c)).sessions()).toEqual(merged(merged(a, b), c).sessions())
      a.merge(b)
      a.merge(c)
      expect(withoutLate(a)).toEqual(whole)
    }),
    { numRuns: runs(200) },
  )
})

test('a snapshot that is merged into an empty instance stays the same', () => {
  fc.assert(
    fc.property(someSpans, (spans) => {
      const analytics = count(spans)
      expect(everything(merged(analytics))).toEqual(everything(analytics))
      expect(JSON.stringify(merged(analytics))).toBe(JSON.stringify(analytics))
    }),
    { numRuns: runs(500) },
  )
})
