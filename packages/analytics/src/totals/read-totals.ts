import { checkOptions, kindOf } from '@otel-sessions/semconv/internal'
import { toDollars } from '../cost/span-cost.ts'
import { type Latency, labelsOf, latencies, modelsOf, NO_MODEL, usersOf } from './columns.ts'
import { FIRST, INPUT_COST, LAST, OTHER_COST, OUTPUT_COST, SUMS } from './fields.ts'
import type { SessionEnd, Tally } from './rare-fields.ts'
import type { Rows } from './rows.ts'
import type {
  LatencyPercentiles,
  ModelTotals,
  SessionCost,
  SessionMetricTotals,
  SessionTotals,
} from './session-totals.ts'

/** Returns the totals of a session, as plain data that does not change. */
export function totalsOf(rows: Rows, row: number): SessionTotals {
  const sum = (field: (typeof SUMS)[keyof typeof SUMS]) => rows.sum(row, field)
  const first = rows.wide(row, FIRST)
  const last = rows.wide(row, LAST)
  const hasTime = first <= last
  const rare = rows.rare(row)
  const models = modelsOf(rows, row)
  const users = usersOf(rows, row)
  const { tags, environments } = labelsOf(rows, row)
  const costs = [INPUT_COST, OUTPUT_COST, OTHER_COST].map((field) => rows.wide(row, field))
  return {
    id: rows.id(row),
    name: rare?.name?.name,
    firstTime: hasTime ? first : undefined,
    lastTime: hasTime ? last : undefined,
    // To the microsecond, because times are floating-point numbers.
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
    cost: sessionCost(sum(SUMS.llmCalls), sum(SUMS.usages), sum(SUMS.unpriced), costs),
    models: models?.used().map(([model, numbers]) => modelTotals(model, numbers)) ?? [],
    otherModels: models?.others && modelTotals(NO_MODEL, models.others),
    userIds: [...users.kept],
    moreUserIds: users.more,
    tags: [...tags.kept],
    moreTags: tags.more,
    environments: [...environments.kept],
    moreEnvironments: environments.more,
    end: rare?.end && endTotals(rare.end),
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

/** Returns the cost; undefined if it is unknown. LLM calls that report no usage are not free. */
function sessionCost(
  calls: number,
  usages: number,
  unpriced: number,
  [input = 0, output = 0, other = 0]: readonly number[],
): SessionCost | undefined {
  if (unpriced > 0 || (calls > 0 && usages === 0)) return undefined
  return { input: toDollars(input), output: toDollars(output), total: toDollars(input + output + other) }
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
    cost: sessionCost(calls, usages, unpriced, numbers.slice(8)),
  }
}

const endTotals = ({ state, reason, time }: SessionEnd) => ({ state, reason, time })

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

/** What sessions can be sorted by: fields of `SessionTotals`. */
export type SessionSort =
  | 'lastTime'
  | 'firstTime'
  | 'duration'
  | 'tokens'
  | 'cost'
  | 'spans'
  | 'traces'
  | 'llmCalls'
  | 'errors'

/** Which sessions `sessions()` returns, and in which order. */
export interface SessionQuery {
  /**
   * The field to sort by: the largest or latest first, then by ID. Sessions with an unknown cost come last.
   *
   * @default 'lastTime'
   */
  readonly sort?: SessionSort | undefined
  /** The largest number of sessions to return: a whole number from 0. Without it, all. */
  readonly limit?: number | undefined
}

const SORT_KEYS = {
  lastTime: (totals: SessionTotals) => totals.lastTime ?? Number.NEGATIVE_INFINITY,
  firstTime: (totals: SessionTotals) => totals.firstTime ?? Number.NEGATIVE_INFINITY,
  duration: (totals: SessionTotals) => totals.durationMillis,
  tokens: (totals: SessionTotals) => totals.tokens.total,
  cost: (totals: SessionTotals) => totals.cost?.total ?? Number.NEGATIVE_INFINITY,
  spans: (totals: SessionTotals) => totals.spans,
  traces: (totals: SessionTotals) => totals.traces,
  llmCalls: (totals: SessionTotals) => totals.llmCalls,
  errors: (totals: SessionTotals) => totals.errors,
} satisfies Record<SessionSort, (totals: SessionTotals) => number>

/**
 * Sorts and limits totals.
 *
 * @throws TypeError or RangeError that names what is wrong with the query
 */
export function sortTotals(all: readonly SessionTotals[], query: SessionQuery): SessionTotals[] {
  const own = checkOptions('SessionAnalytics: sessions()', query, ['sort', 'limit'])
  const { sort = 'lastTime', limit } = own
  if (!Object.hasOwn(SORT_KEYS, sort)) {
    const names = Object.keys(SORT_KEYS).join(', ')
    throw new TypeError(`SessionAnalytics: sort must be one of ${names}, it is ${kindOf(sort)}`)
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
    throw new RangeError('SessionAnalytics: limit must be a whole number from 0')
  }
  const keyOf = SORT_KEYS[sort]
  const keyed = all.map((totals) => ({ totals, key: keyOf(totals) }))
  keyed.sort((one, other) => {
    if (one.key !== other.key) return one.key > other.key ? -1 : 1
    return one.totals.id < other.totals.id ? -1 : 1
  })
  return keyed.slice(0, limit).map(({ totals }) => totals)
}
