import { toDollars } from '../cost/span-cost.ts'
import { type Latencies, sketchOf } from './latencies.ts'
import type { SessionEnd } from './lifecycle.ts'
import { allWork, modelsOf } from './models.ts'
import type { Session } from './session.ts'
import type {
  LatencyPercentiles,
  ModelTotals,
  NamedFeedbackTotals,
  SessionCost,
  SessionMetricTotals,
  SessionTokens,
  SessionTotals,
} from './session-totals.ts'
import type { Tally } from './tally.ts'
import { NO_MODEL, type Work } from './work.ts'

/** Returns the totals of a session, as plain data that does not change. */
export function totalsOf(session: Session): SessionTotals {
  const { hasTime, lifecycle, otherModels } = session
  const users = session.usersOf()
  const { tags, environments } = session.labels
  const work = allWork(session)
  return {
    id: session.id,
    name: lifecycle?.name?.name,
    firstTime: hasTime ? session.firstTime : undefined,
    lastTime: hasTime ? session.lastTime : undefined,
    durationMillis: durationOf(session),
    traces: session.traces,
    spans: session.spans,
    ...callsOf(work),
    toolCalls: session.tool,
    agentSteps: session.agent,
    retrievals: session.retrieval,
    embeddings: session.embedding,
    errors: session.errors,
    tokens: tokensOf(work),
    cost: costOf(work),
    models: modelsOf(session)
      .filter((model) => model.didAnything)
      .map(modelTotals),
    otherModels: otherModels?.didAnything === true ? modelTotals(otherModels) : undefined,
    userIds: [...users.kept],
    moreUserIds: users.more,
    tags: [...tags.kept],
    moreTags: tags.more,
    environments: [...environments.kept],
    moreEnvironments: environments.more,
    end: lifecycle?.end && endTotals(lifecycle.end),
    feedback: {
      count: lifecycle?.feedback?.count ?? 0,
      scored: lifecycle?.feedback?.scored ?? 0,
      names: lifecycle?.feedback?.names.entries().map(feedbackTotals) ?? [],
      moreNames: lifecycle?.feedback?.names.more ?? false,
    },
    metrics: lifecycle?.metrics?.entries().map(metricTotals) ?? [],
    moreMetrics: lifecycle?.metrics?.more ?? false,
    events: lifecycle?.events ?? 0,
    attachments: lifecycle?.attachments ?? 0,
    late: lifecycle?.late ?? 0,
    latency: {
      traces: percentilesOf(session.traceLatencies),
      llmCalls: percentilesOf(session.llmCallLatencies),
    },
  }
}

/** Returns the duration of a session, to the microsecond, because times are floating-point numbers. */
export const durationOf = ({ hasTime, firstTime, lastTime }: Session): number =>
  hasTime ? Math.round((lastTime - firstTime) * 1000) / 1000 : 0

/** Returns the cost; undefined if it is unknown. Calls that report no usage are not free. */
export function costOf(work: Work): SessionCost | undefined {
  if (
    work.unpriced > 0 ||
    work.undecided > 0 ||
    (work.usages === 0 && work.llmCalls + work.callsWithoutUsage > 0)
  )
    return undefined
  const { inputCost, outputCost, otherCost } = work
  return {
    input: toDollars(inputCost),
    output: toDollars(outputCost),
    total: toDollars(inputCost + outputCost + otherCost),
  }
}

const callsOf = ({ llmCalls, callsWithoutUsage, unpriced, undecided }: Work) => ({
  llmCalls,
  callsWithoutUsage,
  unpricedUsages: unpriced,
  undecidedUsages: undecided,
})

const tokensOf = ({ input, output, total, cachedInput, cacheWrite, reasoning }: Work): SessionTokens => ({
  input,
  output,
  total,
  cachedInput,
  cacheWrite,
  reasoning,
})

const modelTotals = (work: Work): ModelTotals => ({
  model: work.model === NO_MODEL ? undefined : work.model,
  ...callsOf(work),
  tokens: tokensOf(work),
  cost: costOf(work),
})

const endTotals = ({ state, reason, time }: SessionEnd) => ({ state, reason, time })

function feedbackTotals([name, tally]: [string, Tally]): NamedFeedbackTotals {
  const { count, unscored, mean } = tally
  const [min, max] = count === 0 ? [] : [tally.min, tally.max]
  return { name, count: count + unscored, scored: count, mean, min, max }
}

const metricTotals = ([name, { count, mean, min, max }]: [string, Tally]): SessionMetricTotals => ({
  name,
  count,
  mean: mean as number,
  min,
  max,
})

function percentilesOf(latencies: Latencies): LatencyPercentiles | undefined {
  const [p50, p90, p99] = sketchOf(latencies).percentiles([0.5, 0.9, 0.99]) ?? []
  return p50 === undefined ? undefined : { p50, p90: p90 as number, p99: p99 as number }
}
