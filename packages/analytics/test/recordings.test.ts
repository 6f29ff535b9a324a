import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { groupBy } from '../../../test/real/group.ts'
import { type RecordedSpan, type Recording, readRecordings } from '../../../test/recordings/recording.ts'
import { knownError } from '../../../test/usage/known.ts'
import { findDifferences, readResults, resultsOf } from '../../../test/usage/results.ts'
import { asEnded, inOrderOfEnd, ORDERS } from '../../../test/usage/spans.ts'
import { judge } from '../../../test/usage/verdict.ts'
import { PRICES } from '../src/cost/prices.ts'
import { SessionAnalytics } from '../src/index.ts'

// `pnpm test:usage` prints the numbers, and `--update` writes `results.json`.

const FAMILIES = groupBy(readRecordings(), ({ family }) => family)

const totalsOf = (spans: readonly RecordedSpan[]) => {
  const analytics = new SessionAnalytics({ prices: PRICES })
  for (const span of spans) analytics.onEnd(asEnded(span))
  return analytics.sessions()
}

describe.each([...FAMILIES])('%s', (family, recordings) => {
  const rows = recordings.map(judge)

  it('calls, tokens and cost are those that the provider reported, or the cost is unknown', () => {
    const wrong = rows.filter((row) => row.verdict === 'LOW' || row.verdict === 'HIGH')
    expect(wrong.filter((row) => knownError(row) === undefined)).toEqual([])
  })

  it('what is right and what is unknown is as in results.json', () => {
    expect(findDifferences({ [family]: readResults()[family] ?? {} }, resultsOf(rows))).toEqual([])
  })

  it('the totals do not depend on the order in which spans arrive', () => {
    for (const recording of recordings) expectSameInAnyOrder(recording)
  })

  it('a tool counts once if a span stands for it', () => {
    const tools = recordings.find((recording) => recording.case === 'parallel-tools')
    const [totals] = tools === undefined ? [] : totalsOf(tools.spans)
    expect([0, 2, undefined]).toContain(totals?.toolCalls)
  })
})

function expectSameInAnyOrder({ case: name, spans }: Recording): void {
  const expected = totalsOf(inOrderOfEnd(spans))
  for (const [order, arrange] of Object.entries(ORDERS))
    expect(totalsOf(arrange(spans)), `${name}, ${order}`).toEqual(expected)
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...spans], { minLength: spans.length, maxLength: spans.length }),
      (order) => {
        expect(totalsOf(order), name).toEqual(expected)
      },
    ),
    { numRuns: runs(3) },
  )
}
