import type { SessionEnded } from '../ends.ts'
import { modelsOf, NO_MODEL } from '../model-column.ts'
import { labelsOf, usersOf } from '../people.ts'
import { dollarsOf } from '../span-cost.ts'
import type { Tally } from '../tally.ts'
import { type Latency, latencies } from './columns.ts'
import { FIRST, INPUT_COST, LAST, OTHER_COST, OUTPUT_COST, SUMS } from './fields.ts'
import type { Rows } from './rows.ts'
import type {
  LatencyPercentiles,
  ModelTotals,
  SessionCost,
  SessionMetricTotals,
  SessionTotals,
} from './session-totals.ts'

/** The totals of a session, as plain data that stays as it is. */
export function totalsOf(rows: Rows, row: number): SessionTotals {
  const sum = (field: (typeof SUMS)[keyof typeof SUMS]) => rows.sum(row, field)
  const first = rows.wide(row, FIRST)
  const last = rows.wide(row, LAST)
  const hasTime = first <= last
  const rare = rows.rare(row)
  const book = modelsOf(rows, row)
  const users = usersOf(rows, row)
  const { tags, environments } = labelsOf(rows, row)
  const costs = [INPUT_COST, OUTPUT_COST, OTHER_COST].map((field) => rows.wide(row, field))
  return {
    id: rows.id(row),
    name: rare?.name?.name,
    firstTime: hasTime ? first : undefined,
    lastTime: hasTime ? last : undefined,
    // To the microsecond: times are floats.
    durationMillis: hasTime ? Math.round((last - first) * 1000) / 1000 : 0,
    traces: sum(SUMS.traces),
    spans: sum(SUMS.spans),
    llmCalls: sum(SUMS.llmCalls),
    toolCalls: sum(SUMS.toolCalls),
    agentSteps: sum(SUMS.agentSteps),
    retrievals: sum(SUMS.retrievals),
    embeddings: sum(SUMS.embeddings),
    errors: sum(SUMS.errors),
    tokens: {
      input: sum(SUMS.inputTokens),
      output: sum(SUMS.outputTokens),
      total: sum(SUMS.totalTokens),
      cachedInput: sum(SUMS.cachedInputTokens),
      reasoning: sum(SUMS.reasoningTokens),
    },
    cost: costOf(sum(SUMS.llmCalls), sum(SUMS.usages), sum(SUMS.unpriced), costs),
    models: book?.entries().map(([model, numbers]) => modelTotals(model, numbers)) ?? [],
    otherModels: book?.others && modelTotals(NO_MODEL, book.others),
    userIds: [...users.kept],
    moreUserIds: users.more,
    tags: [...tags.kept],
    moreTags: tags.more,
    environments: [...environments.kept],
    moreEnvironments: environments.more,
    end: rare?.end && endOf(rare.end),
    feedback: {
      count: (rare?.feedback?.count ?? 0) + (rare?.feedback?.unscored ?? 0),
      scored: rare?.feedback?.count ?? 0,
      mean: rare?.feedback?.mean,
    },
    metrics: [...(rare?.metrics ?? [])].sort(([one], [other]) => (one < other ? -1 : 1)).map(metricTotals),
    moreMetrics: rare?.moreMetrics ?? false,
    events: rare?.events ?? 0,
    attachments: rare?.attachments ?? 0,
    late: rare?.late ?? 0,
    latency: { traces: percentilesOf(rows, row, 'traces'), llmCalls: percentilesOf(rows, row, 'llmCalls') },
  }
}

/** Calls that say nothing of what they used are not free: nobody knows what they cost. */
function costOf(
  calls: number,
  usages: number,
  unpriced: number,
  [input = 0, output = 0, other = 0]: readonly number[],
): SessionCost | undefined {
  if (unpriced > 0 || (calls > 0 && usages === 0)) return undefined
  return { input: dollarsOf(input), output: dollarsOf(output), total: dollarsOf(input + output + other) }
}

/** @param numbers in the order of `MODEL_SUMS` and `MODEL_COSTS` */
function modelTotals(model: string, numbers: readonly number[]): ModelTotals {
  const [
    calls = 0,
    usages = 0,
    unpriced = 0,
    input = 0,
    output = 0,
    total = 0,
    cachedInput = 0,
    reasoning = 0,
  ] = numbers
  return {
    model: model === NO_MODEL ? undefined : model,
    llmCalls: calls,
    tokens: { input, output, total, cachedInput, reasoning },
    cost: costOf(calls, usages, unpriced, numbers.slice(8)),
  }
}

const endOf = ({ state, reason, time }: SessionEnded) => ({ state, reason, time })

const metricTotals = ([name, { count, mean, min, max }]: [string, Tally]): SessionMetricTotals => ({
  name,
  count,
  mean: mean as number,
  min,
  max,
})

function percentilesOf(rows: Rows, row: number, which: Latency): LatencyPercentiles | undefined {
  const [p50, p90, p99] = latencies(rows, row, which).percentiles([0.5, 0.9, 0.99]) ?? []
  return p50 === undefined ? undefined : { p50, p90: p90 as number, p99: p99 as number }
}
