import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { SessionAnalytics } from '../src/index.ts'
import { RECORDED, type RecordedSpan } from './recorded.ts'
import { recount } from './recount.ts'
import { spanOf } from './support/spans.ts'

const asEnded = ({
  traceId,
  spanId,
  name,
  parentSpanId,
  startMillis,
  endMillis,
  statusCode,
  attributes,
}: RecordedSpan) =>
  spanOf({
    id: spanId,
    trace: traceId,
    name,
    parent: parentSpanId,
    start: startMillis,
    end: endMillis,
    isError: statusCode === 2,
    attributes,
  })

test.each(Object.entries(RECORDED))(
  '%s: totals equal those of the recount, whatever the order of spans',
  (_, { spans }) => {
    const expected = [...recount(spans)].map(([id, { kinds, ...counts }]) => ({
      id,
      spans: counts.spans,
      traces: counts.traces,
      errors: counts.errors,
      llmCalls: kinds.llm,
      toolCalls: kinds.tool,
      agentSteps: kinds.agent,
      tokens: {
        input: counts.inputTokens,
        output: counts.outputTokens,
        cachedInput: counts.cachedInputTokens,
      },
    }))
    expect(expected.length).toBeGreaterThan(0)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...spans], { minLength: spans.length, maxLength: spans.length }),
        (order) => {
          const analytics = new SessionAnalytics()
          for (const span of order) analytics.onEnd(asEnded(span))
          for (const totals of expected) expect(analytics.stats(totals.id)).toMatchObject(totals)
          expect(analytics.counters().sessions).toBe(expected.length)
        },
      ),
      { numRuns: runs(30) },
    )
  },
)
