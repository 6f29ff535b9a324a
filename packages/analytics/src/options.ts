import type { MeterProvider } from '@opentelemetry/api'
import { kindOf, unknownOption } from '@otel-sessions/semconv/internal'
import { type PriceOf, type PriceTable, priceOfTable, pricesProblem } from './cost/span-cost.ts'
import type { SessionTotals } from './totals/session-totals.ts'

/** Options of `SessionAnalytics`. */
export interface SessionAnalyticsOptions {
  /**
   * How many sessions there are totals of at most. Where there are more, the one that was not heard of for longest
   * goes. A whole number from 1 to 10,000,000. A session takes about 250 bytes, its ID included.
   *
   * @default 10000
   */
  readonly maxSessions?: number | undefined
  /**
   * After how much silence a session goes, in milliseconds; at most a quarter later. A whole number from 1 to
   * 2,147,483,647.
   *
   * @default 3600000, an hour
   */
  readonly idleMillis?: number | undefined
  /**
   * What models cost, for spans that do not report it: a table of your own, or `PRICES` of
   * `@otel-sessions/analytics/prices`. Without it only reported costs count.
   */
  readonly prices?: PriceTable | undefined
  /**
   * Called with the totals of each session that goes, because of `maxSessions` or `idleMillis`: as they were then, after
   * the span or the batch that made it go, in a microtask and in OpenTelemetry's root context; where it lets a session go
   * itself, in a later turn of the event loop. `forceFlush()` and `shutdown()` wait for these calls, not for promises
   * that they return. What it throws or rejects with is counted and said.
   */
  readonly onEvict?: ((totals: SessionTotals) => unknown) | undefined
  /** Where metrics of sessions that end or go are recorded. Without it there are none. */
  readonly meterProvider?: MeterProvider | undefined
}

/** The options, checked and complete. */
export interface AnalyticsSettings {
  readonly maxSessions: number
  readonly idleMillis: number
  readonly priceOf: PriceOf | undefined
  readonly onEvict: ((totals: SessionTotals) => unknown) | undefined
  readonly meterProvider: MeterProvider | undefined
}

const OPTIONS = [
  'maxSessions',
  'idleMillis',
  'prices',
  'onEvict',
  'meterProvider',
] satisfies (keyof SessionAnalyticsOptions)[]

/** A `Map` of V8 holds no more than 2^24. */
const MOST_SESSIONS = 10_000_000
/** The most milliseconds that a timer can wait; a longer one fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * The options, checked.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function settingsOf(options: SessionAnalyticsOptions = {}): AnalyticsSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`SessionAnalytics: options must be an object, they are ${kindOf(options)}`)
  }
  const unknown = unknownOption(options, OPTIONS)
  if (unknown !== undefined) throw new TypeError(`SessionAnalytics: ${unknown}`)
  const { maxSessions = 10_000, idleMillis = 3_600_000, prices, onEvict, meterProvider } = options
  checkWholeNumber('maxSessions', maxSessions, MOST_SESSIONS)
  checkWholeNumber('idleMillis', idleMillis, LONGEST_TIMER)
  const problem = prices === undefined ? undefined : pricesProblem(prices)
  if (problem !== undefined)
    throw new TypeError(`SessionAnalytics: option prices${problem.startsWith('[') ? problem : ` ${problem}`}`)
  checkFunction('onEvict', onEvict)
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw new TypeError(
      `SessionAnalytics: option meterProvider must be a MeterProvider, with getMeter; it is ${kindOf(meterProvider)}`,
    )
  }
  const priceOf = prices && priceOfTable(prices)
  return { maxSessions, idleMillis, priceOf, onEvict, meterProvider }
}

function checkWholeNumber(option: string, value: unknown, most: number): void {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return
  const is = typeof value === 'number' ? String(value) : kindOf(value)
  throw new RangeError(
    `SessionAnalytics: option ${option} must be a whole number from 1 to ${most}, it is ${is}`,
  )
}

function checkFunction(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`SessionAnalytics: option ${option} must be a function, it is ${kindOf(value)}`)
}
