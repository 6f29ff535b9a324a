import type { EndedSpan } from '../../src/ended-span.ts'
import type { SessionTotals } from '../../src/totals/session-totals.ts'
import { readSpanUsage } from '../../src/usage/read-usage.ts'
import type { SpanUsage } from '../../src/usage/span-usage.ts'
import { recount, reports } from '../recount.ts'

/** The part of the totals that is compared: what is exact and does not depend on the order of spans. */
export type Compared = Omit<SessionTotals, 'late' | 'latency'>

const SESSION_SPANS = /^session\.(start|end|event|feedback|metric|attachment)$/
const millis = ([seconds = 0, nanos = 0]: readonly number[]) => seconds * 1000 + nanos / 1e6
const sorted = (values: Iterable<string>) => [...new Set(values)].sort()
const nano = (dollars: number) => Math.round(dollars * 1e9)

/**
 * Computes the totals of all sessions from all spans in the simplest way: `recount` for what depends on parents, and
 * loops for the rest. Costs are reported on the spans or unknown.
 */
export function naiveTotals(all: readonly EndedSpan[]): Compared[] {
  const places = new Map(all.map((span) => [placeOf(span), span]))
  const spans = [...places.values()]
  const work = spans.filter(({ name }) => !SESSION_SPANS.test(name))
  const counted = recount(work.map(placed))
  const ids = sorted(spans.flatMap((span) => [...idOf(span), ...previousOf(span)]))
  return ids.map((id) => {
    const own = spans.filter((span) => idOf(span)[0] === id)
    const sums = counted.get(id)
    const paid = work.filter((span) => idOf(span)[0] === id && countsAlone(span, work, 'usage'))
    const calls = work.filter((span) => idOf(span)[0] === id && countsAlone(span, work, 'llm'))
    const silent = [...calls, ...own.filter((span) => isInnermostEmbedding(span, work))].filter((span) =>
      lacksUsage(span, work),
    )
    const first = Math.min(...own.map(({ startTime }) => millis(startTime)))
    const last = Math.max(...own.flatMap(({ startTime, endTime }) => [millis(startTime), millis(endTime)]))
    const usages = own.map(readSpanUsage)
    const models = sorted([...paid, ...calls, ...silent].map((span) => readSpanUsage(span).model ?? ''))
    const ofModel = (some: EndedSpan[], model: string) =>
      some.filter((span) => (readSpanUsage(span).model ?? '') === model)
    return {
      id,
      name: undefined,
      firstTime: own.length === 0 ? undefined : first,
      lastTime: own.length === 0 ? undefined : last,
      durationMillis: own.length === 0 ? 0 : last - first,
      traces: sums?.traces ?? 0,
      spans: sums?.spans ?? 0,
      ...callsOf(calls, paid, silent),
      toolCalls: sums?.kinds.tool ?? 0,
      agentSteps: sums?.kinds.agent ?? 0,
      retrievals: sums?.kinds.retrieval ?? 0,
      embeddings: sums?.kinds.embedding ?? 0,
      errors: sums?.errors ?? 0,
      tokens: tokensOf(paid),
      cost: costOf(paid, [...calls, ...silent]),
      models: models.map((model) => ({
        model: model === '' ? undefined : model,
        ...callsOf(ofModel(calls, model), ofModel(paid, model), ofModel(silent, model)),
        tokens: tokensOf(ofModel(paid, model)),
        cost: costOf(ofModel(paid, model), ofModel([...calls, ...silent], model)),
      })),
      otherModels: undefined,
      userIds: sorted(usages.flatMap(({ userId }) => userId ?? [])),
      moreUserIds: false,
      tags: sorted(usages.flatMap(({ tags }) => tags ?? [])),
      moreTags: false,
      environments: sorted(usages.flatMap(({ environment }) => environment ?? [])),
      moreEnvironments: false,
      end: endOf(id, spans),
      feedback: feedbackOf(own),
      metrics: [],
      moreMetrics: false,
      events: own.filter(({ name }) => name === 'session.event').length,
      attachments: own.filter(({ name }) => name === 'session.attachment').length,
    }
  })
}

const isCall = (usage: SpanUsage) => usage.kind === 'llm' || usage.callIfNoneBelow

function callsOf(calls: readonly EndedSpan[], paid: readonly EndedSpan[], silent: readonly EndedSpan[]) {
  const unknown = paid.map(readSpanUsage).filter(({ cost }) => cost?.total === undefined)
  return {
    llmCalls: calls.length,
    callsWithoutUsage: silent.length,
    unpricedUsages: unknown.filter(({ undecided }) => undecided === undefined).length,
    undecidedUsages: unknown.filter(({ undecided }) => undecided !== undefined).length,
  }
}

/** Whether nothing reports the usage of a call: not it, nothing below, and nothing above that has no usage below it. */
function lacksUsage(call: EndedSpan, work: readonly EndedSpan[]): boolean {
  const reporting = work.filter((span) => reports(readSpanUsage(span)))
  const hasBelow = (span: EndedSpan) => reporting.some((other) => isAbove(span, other, work))
  if (reporting.includes(call) || hasBelow(call)) return false
  const isOfEmbedding = readSpanUsage(call).kind === 'embedding'
  return !reporting.some(
    (span) =>
      isAbove(span, call, work) &&
      !hasBelow(span) &&
      (!isOfEmbedding || ['embedding', 'other'].includes(readSpanUsage(span).kind)),
  )
}

/** Whether a span is an embedding with no other one below, except below another kind of work. */
function isInnermostEmbedding(span: EndedSpan, work: readonly EndedSpan[]): boolean {
  const isWork = (one: EndedSpan) => readSpanUsage(one).kind !== 'other'
  if (!work.includes(span) || readSpanUsage(span).kind !== 'embedding') return false
  return !work.some(
    (below) =>
      readSpanUsage(below).kind === 'embedding' &&
      isAbove(span, below, work) &&
      !work.some((one) => isWork(one) && isAbove(span, one, work) && isAbove(one, below, work)),
  )
}

const placeOf = (span: EndedSpan) => `${span.spanContext().traceId} ${span.spanContext().spanId}`
const placed = (span: EndedSpan) => ({
  ...span.spanContext(),
  parentSpanId: span.parentSpanContext?.spanId,
  attributes: span.attributes,
  statusCode: span.status?.code ?? 0,
})

function idOf({ attributes }: EndedSpan): string[] {
  const id = attributes['session.id']
  return typeof id === 'string' ? [id] : []
}

function previousOf(span: EndedSpan): string[] {
  const previous = span.attributes['session.previous_id']
  const isNamed = span.name === 'session.start' && typeof previous === 'string' && previous !== idOf(span)[0]
  return isNamed && idOf(span).length > 0 ? [previous as string] : []
}

function countsAlone(span: EndedSpan, work: readonly EndedSpan[], what: 'usage' | 'llm'): boolean {
  const does = (one: EndedSpan) => {
    const usage = readSpanUsage(one)
    return what === 'llm' ? isCall(usage) : reports(usage)
  }
  return does(span) && !work.some((other) => does(other) && other !== span && isAbove(span, other, work))
}

function isAbove(span: EndedSpan, below: EndedSpan, work: readonly EndedSpan[]): boolean {
  const { traceId } = span.spanContext()
  if (below.spanContext().traceId !== traceId) return false
  let at: EndedSpan | undefined = below
  for (let steps = 0; at !== undefined && steps <= work.length; steps++) {
    const parent: string | undefined = at.parentSpanContext?.spanId
    if (parent === span.spanContext().spanId) return true
    at = work.find((one) => one.spanContext().traceId === traceId && one.spanContext().spanId === parent)
  }
  return false
}

function tokensOf(spans: readonly EndedSpan[]) {
  const usages = spans.map(readSpanUsage)
  const sum = (
    field: 'inputTokens' | 'outputTokens' | 'cachedInputTokens' | 'cacheWriteTokens' | 'reasoningTokens',
  ) => usages.reduce((total, usage) => total + (usage[field] ?? 0), 0)
  return {
    input: sum('inputTokens'),
    output: sum('outputTokens'),
    total: usages.reduce((total, usage) => total + totalOf(usage), 0),
    cachedInput: sum('cachedInputTokens'),
    cacheWrite: sum('cacheWriteTokens'),
    reasoning: sum('reasoningTokens'),
  }
}

const totalOf = ({ totalTokens, inputTokens = 0, outputTokens = 0 }: SpanUsage) =>
  totalTokens ?? inputTokens + outputTokens

function costOf(spans: readonly EndedSpan[], calls: readonly EndedSpan[]) {
  if (spans.length === 0 && calls.length > 0) return undefined
  const costs = spans.map((span) => readSpanUsage(span).cost)
  if (costs.some((cost) => cost?.total === undefined)) return undefined
  const sum = (part: 'input' | 'output' | 'total') =>
    costs.reduce((total, cost) => total + nano(cost?.[part] ?? 0), 0) / 1e9
  return { input: sum('input'), output: sum('output'), total: sum('total') }
}

function endOf(id: string, spans: readonly EndedSpan[]): Compared['end'] {
  const explicit = spans
    .filter((span) => span.name === 'session.end' && idOf(span)[0] === id)
    .map(({ attributes, startTime }) => ({
      state: attributes['session.end.state'] as 'success',
      reason: attributes['session.end.reason'] as string | undefined,
      time: millis(startTime),
    }))
  const implied = spans
    .filter((span) => previousOf(span)[0] === id)
    .map(({ startTime }) => ({
      state: 'indeterminate' as const,
      reason: 'replaced',
      time: millis(startTime),
    }))
  const rank = ({ time, state, reason = '' }: NonNullable<Compared['end']>) =>
    `${String(time).padStart(20)} ${state} ${reason}`
  return (explicit.length > 0 ? explicit : implied).sort((one, other) =>
    rank(one) < rank(other) ? -1 : 1,
  )[0]
}

function feedbackOf(own: readonly EndedSpan[]): Compared['feedback'] {
  const ratings = own.filter(({ name }) => name === 'session.feedback')
  const nameOf = ({ attributes }: EndedSpan) => (attributes['session.feedback.name'] ?? 'feedback') as string
  const named = sorted(ratings.map(nameOf)).map((name) => {
    const some = ratings.filter((rating) => nameOf(rating) === name)
    const scores = scoresOf(some)
    const sum = scores.reduce((total, score) => total + Math.round(score * 1e6), 0)
    return {
      name,
      count: some.length,
      scored: scores.length,
      mean: scores.length === 0 ? undefined : sum / 1e6 / scores.length,
      min: scores.length === 0 ? undefined : Math.min(...scores),
      max: scores.length === 0 ? undefined : Math.max(...scores),
    }
  })
  return { count: ratings.length, scored: scoresOf(ratings).length, names: named, moreNames: false }
}

const scoresOf = (ratings: readonly EndedSpan[]): number[] =>
  ratings
    .map(({ attributes }) => attributes['session.feedback.score'])
    .filter((score) => typeof score === 'number')
