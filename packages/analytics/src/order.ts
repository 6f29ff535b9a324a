import { kindOf, unknownOption } from '@otel-sessions/semconv/internal'
import type { SessionTotals } from './totals/session-totals.ts'

const BY = {
  lastTime: (totals: SessionTotals) => totals.lastTime ?? Number.NEGATIVE_INFINITY,
  firstTime: (totals: SessionTotals) => totals.firstTime ?? Number.NEGATIVE_INFINITY,
  duration: (totals: SessionTotals) => totals.durationMillis,
  tokens: (totals: SessionTotals) => totals.tokens.total,
  // What is not known is last.
  cost: (totals: SessionTotals) => totals.cost?.total ?? Number.NEGATIVE_INFINITY,
  spans: (totals: SessionTotals) => totals.spans,
  traces: (totals: SessionTotals) => totals.traces,
  llmCalls: (totals: SessionTotals) => totals.llmCalls,
  errors: (totals: SessionTotals) => totals.errors,
} satisfies Record<SessionSort, (totals: SessionTotals) => number>

/** By what sessions are sorted: fields of `SessionTotals`. */
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

/** Which sessions are wanted. */
export interface SessionQuery {
  /**
   * The largest, or latest, first; sessions that are equal in it by ID. A cost that is not known comes last.
   *
   * @default 'lastTime'
   */
  readonly sort?: SessionSort | undefined
  /** How many at most: a whole number from 0. All, if not given. */
  readonly limit?: number | undefined
}

/**
 * The sessions that are wanted, in order.
 *
 * @throws TypeError or RangeError that names what is wrong with the query
 */
export function ordered(all: SessionTotals[], query: SessionQuery): SessionTotals[] {
  if (typeof query !== 'object' || query === null) {
    throw new TypeError(`SessionAnalytics: sessions() takes an object, it got ${kindOf(query)}`)
  }
  const unknown = unknownOption(query, ['sort', 'limit'])
  if (unknown !== undefined) throw new TypeError(`SessionAnalytics: sessions(): ${unknown}`)
  const { sort = 'lastTime', limit } = query
  if (!Object.hasOwn(BY, sort)) {
    const names = Object.keys(BY).join(', ')
    throw new TypeError(`SessionAnalytics: sort must be one of ${names}, it is ${kindOf(sort)}`)
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
    throw new RangeError('SessionAnalytics: limit must be a whole number from 0')
  }
  const by = BY[sort]
  const keyed = all.map((totals) => ({ totals, key: by(totals) }))
  keyed.sort((one, other) => {
    if (one.key !== other.key) return one.key > other.key ? -1 : 1
    return one.totals.id < other.totals.id ? -1 : 1
  })
  return keyed.slice(0, limit).map(({ totals }) => totals)
}
