import { problemLog, reportCopies } from '@otel-sessions/semconv/internal'

/** The health of a `SessionAnalytics` instance. */
export interface AnalyticsCounters {
  /** Sessions whose totals are kept now. */
  readonly sessions: number
  /** Spans that were passed to the instance. */
  readonly spans: number
  /** Spans that were counted before, because the instance is both processor and exporter, or an export was retried. */
  readonly repeated: number
  /** Spans without a valid `session.id`. They count for no session. */
  readonly withoutSession: number
  /** Spans that could not be read, because reading them throws, or their IDs are missing or have more than 64 characters. */
  readonly unreadable: number
  /** Invalid token counts, costs, scores and times, and names that are too long. */
  readonly ignoredValues: number
  /**
   * LLM calls and embeddings whose usage nothing reports: tokens and cost are those of the other calls. Like
   * `unpricedUsages` and `undecidedUsages`, over all sessions so far, merged ones included; a call whose usage another span
   * turns out to report is subtracted again.
   */
  readonly callsWithoutUsage: number
  /** Usages without a reported cost whose model has no price, or whose span does not report all tokens. */
  readonly unpricedUsages: number
  /** Usages without a cost whose span does not tell what is to be paid; `SpanUsage.undecided` says why. */
  readonly undecidedUsages: number
  /** Spans that report an LLM call which a span of another instrumentation beside them reports too; it counts once. */
  readonly reportedTwice: number
  /** Sessions that were removed because there were more than `maxSessions`. */
  readonly evicted: number
  /** Sessions that were removed because they had no span for `idleMillis`. */
  readonly idle: number
  /** Calls of `onEvict`, of an `onSessionEnd` listener, or of a metric that threw or rejected. */
  readonly failed: number
}

/** The counters of an instance. */
export type Counters = { -readonly [K in Exclude<keyof AnalyticsCounters, 'sessions'>]: number }

/** Returns counters that are all 0. */
export const newCounters = (): Counters => ({
  spans: 0,
  repeated: 0,
  withoutSession: 0,
  unreadable: 0,
  ignoredValues: 0,
  callsWithoutUsage: 0,
  unpricedUsages: 0,
  undecidedUsages: 0,
  reportedTwice: 0,
  evicted: 0,
  idle: 0,
  failed: 0,
})

const NAMESPACE = '@otel-sessions/analytics'

/** Logs each problem once in a process. */
export const problems = problemLog<string>(NAMESPACE)
reportCopies(NAMESPACE, problems)
