import { describe, expect, it } from 'vitest'
import { SessionAnalytics, type SessionAnalyticsOptions } from '../src/index.ts'

import { COUNTED_TWICE, DUPLICATES, RECORDED, type RecordedSpan } from './recorded.ts'
import { recount } from './recount.ts'

const PRICES = { 'demo-model': { input: 3, cachedInput: 1, output: 12 } }

const time = (millis: number): [number, number] => [
  1_790_000_000 + Math.floor(millis / 1000),
  (millis % 1000) * 1e6,
]

const ended = ({
  traceId,
  spanId,
  parentSpanId,
  startMillis,
  endMillis,
  statusCode,
  scope,
  ...span
}: RecordedSpan) => ({
  ...span,
  instrumentationScope: { name: scope },
  startTime: time(startMillis),
  endTime: time(endMillis),
  status: { code: statusCode },
  spanContext: () => ({ traceId, spanId }),
  parentSpanContext: parentSpanId === undefined ? undefined : { spanId: parentSpanId },
})

/** Orders of arrival. */
const ORDERS: Readonly<Record<string, (spans: readonly RecordedSpan[]) => RecordedSpan[]>> = {
  'in the order in which they end': (spans) => [...spans].sort((a, b) => a.endMillis - b.endMillis),
  'parents first': (spans) => [...spans],
  'children first': (spans) => [...spans].reverse(),
  'every other one first': (spans) =>
    [0, 1].flatMap((rest) => spans.filter((_, index) => index % 2 === rest)),
}

function count(spans: readonly RecordedSpan[], options?: SessionAnalyticsOptions) {
  const analytics = new SessionAnalytics(options)
  for (const span of spans) analytics.onEnd(ended(span))
  return analytics.sessions()
}

const total = <T>(all: readonly T[], field: (each: T) => number): number =>
  all.reduce((sum, each) => sum + field(each), 0)

describe.each(Object.entries(RECORDED))('%s', (file, { reported, spans }) => {
  const twice = COUNTED_TWICE[file] ?? 0

  it.each(Object.entries(ORDERS))(
    'totals are those that the model server reported, with spans %s',
    (_, order) => {
      const sessions = count(order(spans))
      expect({
        calls: total(sessions, ({ llmCalls }) => llmCalls),
        inputTokens: total(sessions, ({ tokens }) => tokens.input),
        outputTokens: total(sessions, ({ tokens }) => tokens.output),
      }).toEqual({
        calls: reported.calls + twice,
        inputTokens: reported.inputTokens,
        outputTokens: reported.outputTokens,
      })
    },
  )

  it.skipIf(file in DUPLICATES)('totals are those of the plain recount, session by session', () => {
    const recounted = recount(spans)
    const sessions = count(spans)
    expect(sessions.map(({ id }) => id).sort()).toEqual([...recounted.keys()].sort())
    for (const session of sessions) {
      const { kinds, ...plain } = recounted.get(session.id) ?? expect.fail('not recounted')
      expect({
        spans: session.spans,
        traces: session.traces,
        errors: session.errors,
        llm: session.llmCalls,
        tool: session.toolCalls,
        agent: session.agentSteps,
        cached: session.tokens.cachedInput,
        reasoning: session.tokens.reasoning,
      }).toEqual({
        spans: plain.spans,
        traces: plain.traces,
        errors: plain.errors,
        llm: kinds.llm,
        tool: kinds.tool,
        agent: kinds.agent,
        cached: plain.cachedInputTokens,
        reasoning: plain.reasoningTokens,
      })
    }
  })

  it('the cost is that of the reported tokens, and unknown without a price', () => {
    const sessions = count(spans, { prices: PRICES }).filter(({ tokens }) => tokens.total > 0)
    const cached = total(sessions, ({ tokens }) => tokens.cachedInput)
    const input = reported.inputTokens
    const output = reported.outputTokens
    const dollars = ((input - cached) * 3 + cached * 1 + output * 12) / 1_000_000
    expect(total(sessions, ({ cost }) => cost?.total ?? Number.NaN)).toBeCloseTo(dollars, 9)
    const unpriced = count(spans).filter(({ tokens }) => tokens.total > 0)
    expect(unpriced.map(({ cost }) => cost)).toEqual(unpriced.map(() => undefined))
  })
})
