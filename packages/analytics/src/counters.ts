/** What `SessionAnalytics` knows of its own health. */
export interface AnalyticsCounters {
  /** Sessions that there are totals of now. */
  readonly sessions: number
  /** Spans that were looked at. */
  readonly spans: number
  /** Spans that had been counted before: both forms on one instance, or a retry. */
  readonly repeated: number
  /** Spans without a valid `session.id`. They count for nobody. */
  readonly withoutSession: number
  /** Spans that could not be read: something on them throws, or they have no IDs. */
  readonly unreadable: number
  /** Token counts, costs, scores and times that are no such thing, and names that are too long. */
  readonly ignoredValues: number
  /** Sessions that went because there were more than `maxSessions`. */
  readonly evicted: number
  /** Sessions that went because nothing was heard of them for `idleMillis`. */
  readonly idle: number
  /** Calls of `onEvict`, of a listener of `onSessionEnd`, or of a metric that threw or were rejected. */
  readonly failed: number
}

/** The counters behind it. */
export type Counters = { -readonly [K in Exclude<keyof AnalyticsCounters, 'sessions'>]: number }

export const newCounters = (): Counters => ({
  spans: 0,
  repeated: 0,
  withoutSession: 0,
  unreadable: 0,
  ignoredValues: 0,
  evicted: 0,
  idle: 0,
  failed: 0,
})
