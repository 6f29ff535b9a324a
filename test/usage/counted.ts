/** What the provider reported for a recording, and what `SessionAnalytics` counts from its spans. */
import { SessionAnalytics, type SessionTotals } from '@otel-sessions/analytics'
import { PRICES } from '@otel-sessions/analytics/prices'
import type { ProviderUsage } from '../recordings/cases.ts'
import type { RecordedSpan, Recording } from '../recordings/recording.ts'
import { listPrice } from './list-price.ts'
import { asEnded } from './spans.ts'

/** Sums over a recording. */
export interface Counted {
  readonly calls: number
  /** Calls whose usage is not known. */
  readonly callsWithoutUsage: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  /** In USD; undefined if it is unknown, or if there is no list price. */
  readonly cost: number | undefined
}

/** The sums of what the provider reported. A call that failed costs nothing. */
export function reported({ calls }: Recording): Counted {
  const usages = calls.flatMap(({ usage }) => usage ?? [])
  const of = (field: keyof ProviderUsage) => sum(usages.map((usage) => usage[field] ?? 0))
  return {
    calls: calls.length,
    callsWithoutUsage: calls.length - usages.length,
    input: of('input'),
    output: of('output'),
    cacheRead: of('cacheRead'),
    cacheWrite: of('cacheWrite') + of('cacheWriteHour'),
    reasoning: of('reasoning'),
    cost: sumOfCosts(calls.map((call) => (call.usage === undefined ? 0 : listPrice(call)))),
  }
}

/** The sums of the totals of all sessions. */
export function counted(spans: readonly RecordedSpan[]): Counted {
  const analytics = new SessionAnalytics({ prices: PRICES })
  for (const span of spans) analytics.onEnd(asEnded(span))
  const sessions = analytics.sessions()
  const of = (value: (session: SessionTotals) => number) => sum(sessions.map(value))
  return {
    calls: of(({ llmCalls, embeddings }) => llmCalls + embeddings),
    callsWithoutUsage: of(({ callsWithoutUsage }) => callsWithoutUsage),
    input: of(({ tokens }) => tokens.input),
    output: of(({ tokens }) => tokens.output),
    cacheRead: of(({ tokens }) => tokens.cachedInput),
    cacheWrite: of(({ tokens }) => tokens.cacheWrite),
    reasoning: of(({ tokens }) => tokens.reasoning),
    cost: sumOfCosts(sessions.map(({ cost }) => cost?.total)),
  }
}

function sumOfCosts(costs: readonly (number | undefined)[]): number | undefined {
  const known = costs.filter((cost) => cost !== undefined)
  return known.length === 0 || known.length < costs.length ? undefined : sum(known)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
