import type { MeterProvider } from '@opentelemetry/api'
import {
  checkFunction,
  checkOptions,
  checkWholeNumber,
  kindOf,
  LONGEST_TIMER_MILLIS,
} from '@otel-sessions/semconv/internal'
import {
  CACHE_LIFETIMES,
  type CacheLifetime,
  type PriceOf,
  type PriceTable,
  priceOfTable,
  pricesProblem,
} from './cost/span-cost.ts'
import type { SessionTotals } from './totals/session-totals.ts'

/** Options of `SessionAnalytics`. */
export interface SessionAnalyticsOptions {
  /**
   * The largest number of sessions whose totals are kept. When there are more, the least recently used one is removed. A
   * whole number from 1 to 10,000,000. A session takes 450 to 600 bytes, including its ID.
   *
   * @default 10000
   */
  readonly maxSessions?: number | undefined
  /**
   * The time without a span after which a session is removed, in milliseconds; the removal is at most a quarter later. A
   * whole number from 1 to 2,147,483,647. A session that goes on after its removal begins at zero: set more than the
   * longest pause of your users, or add up what `onEvict` gets.
   *
   * @default 3600000, an hour
   */
  readonly idleMillis?: number | undefined
  /**
   * Prices of models, for spans that do not report a cost: a table of your own, or `PRICES` of
   * `@otel-sessions/analytics/prices`. Without it, only reported costs count.
   */
  readonly prices?: PriceTable | undefined
  /**
   * How long what is written to a cache is kept, where a span does not report it: `'5m'` or `'1h'`, as Anthropic's `ttl`.
   * Set it if all requests of the application ask for the same time. Without it, the cost of such a usage is unknown under
   * instrumentations that never report the time, and that of five minutes otherwise.
   */
  readonly cacheLifetime?: CacheLifetime | undefined
  /**
   * Called with the totals of each session that is removed because of `maxSessions` or `idleMillis`: all that is counted
   * since it was added. It is called again for a session that goes on and is removed again. The call runs
   * after the span or the batch that caused the removal, in a microtask and in OpenTelemetry's root context. If the call
   * itself removes sessions, their calls run in a later turn of the event loop. `forceFlush()` and `shutdown()` wait for
   * the calls, but not for promises that they return. If it throws or rejects, that is counted and logged once.
   */
  readonly onEvict?: ((totals: SessionTotals) => unknown) | undefined
  /** The provider of metrics for sessions that end or are removed. Without it, there are no metrics. */
  readonly meterProvider?: MeterProvider | undefined
}

/** The checked options with defaults. */
export interface AnalyticsSettings {
  readonly maxSessions: number
  readonly idleMillis: number
  readonly priceOf: PriceOf | undefined
  readonly onEvict: ((totals: SessionTotals) => unknown) | undefined
  readonly meterProvider: MeterProvider | undefined
}

const WHERE = 'SessionAnalytics'
const OPTIONS = [
  'maxSessions',
  'idleMillis',
  'prices',
  'cacheLifetime',
  'onEvict',
  'meterProvider',
] satisfies (keyof SessionAnalyticsOptions)[]

/** A `Map` of V8 cannot have more than 2^24 entries. */
const MAX_SESSIONS = 10_000_000

/**
 * Checks the options and adds defaults.
 *
 * @throws TypeError or RangeError that names the option and the type of its value
 */
export function settingsOf(options: SessionAnalyticsOptions = {}): AnalyticsSettings {
  const own = checkOptions(WHERE, options, OPTIONS)
  const { maxSessions = 10_000, idleMillis = 3_600_000, prices, cacheLifetime, onEvict, meterProvider } = own
  checkWholeNumber(WHERE, 'maxSessions', maxSessions, 1, MAX_SESSIONS)
  checkWholeNumber(WHERE, 'idleMillis', idleMillis, 1, LONGEST_TIMER_MILLIS)
  const problem = prices === undefined ? undefined : pricesProblem(prices)
  if (problem !== undefined)
    throw new TypeError(`${WHERE}: option prices${problem.startsWith('[') ? problem : ` ${problem}`}`)
  if (cacheLifetime !== undefined && !CACHE_LIFETIMES.includes(cacheLifetime)) {
    throw new TypeError(
      `${WHERE}: option cacheLifetime must be one of ${CACHE_LIFETIMES.join(', ')}; it is ${kindOf(cacheLifetime)}`,
    )
  }
  checkFunction(WHERE, 'onEvict', onEvict)
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw new TypeError(
      `${WHERE}: option meterProvider must be a MeterProvider, with getMeter; it is ${kindOf(meterProvider)}`,
    )
  }
  const priceOf = prices && priceOfTable(prices, cacheLifetime)
  return { maxSessions, idleMillis, priceOf, onEvict, meterProvider }
}
