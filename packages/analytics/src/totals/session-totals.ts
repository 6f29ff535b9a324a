import type { SessionEndState } from '@otel-sessions/semconv'

/** Numbers of tokens. A number that spans do not report counts as 0. */
export interface SessionTokens {
  /** Input tokens, including those that were read from a cache or written to one. */
  readonly input: number
  /** Output tokens, including those of reasoning. */
  readonly output: number
  /** The reported totals, or else input plus output. */
  readonly total: number
  /** Input tokens that came from a cache. */
  readonly cachedInput: number
  /** Input tokens that were written to a cache. */
  readonly cacheWrite: number
  /** Output tokens that were used for reasoning. */
  readonly reasoning: number
}

/** A cost in USD, exact to the nano-dollar. */
export interface SessionCost {
  /** The cost of input, reported or by the price table. */
  readonly input: number
  /** The cost of output, reported or by the price table. */
  readonly output: number
  /** The whole cost. It includes costs that are reported as a total only, which are in neither part. */
  readonly total: number
}

/** The totals of one model in a session. */
export interface ModelTotals {
  /** The name of the model; undefined for spans without one, or with one of more than 200 characters. */
  readonly model: string | undefined
  /** LLM calls, counted as in `SessionTotals.llmCalls`. */
  readonly llmCalls: number
  /** Calls whose usage nothing reports, counted as in `SessionTotals.callsWithoutUsage`. */
  readonly callsWithoutUsage: number
  /** Usages without a cost, counted as in `SessionTotals.unpricedUsages`. */
  readonly unpricedUsages: number
  /** Usages without a cost, counted as in `SessionTotals.undecidedUsages`. */
  readonly undecidedUsages: number
  /** The tokens of the model. */
  readonly tokens: SessionTokens
  /**
   * The cost; undefined if `unpricedUsages` or `undecidedUsages` is above 0, or if there are calls and none reports
   * usage. It does not include the calls of `callsWithoutUsage`.
   */
  readonly cost: SessionCost | undefined
}

/** Percentiles of durations, in milliseconds. Each is within 1 % of a duration that occurred (nearest rank). */
export interface LatencyPercentiles {
  /** The 50th percentile, or median. */
  readonly p50: number
  /** The 90th percentile. */
  readonly p90: number
  /** The 99th percentile. */
  readonly p99: number
}

/** The totals of one metric (`session.metric`). Its values are numbers up to 2^53 - 1 in size; others are ignored. */
export interface SessionMetricTotals {
  /** The metric's name. */
  readonly name: string
  /** The number of values. */
  readonly count: number
  /** The mean value, to a millionth within the precision of a double; never outside `min` and `max`. */
  readonly mean: number
  /** The smallest value. */
  readonly min: number
  /** The largest value. */
  readonly max: number
}

/** How a session ended. */
export interface SessionEndTotals {
  /** The state in `session.end`; `indeterminate` if there is none, or if a following session implies the end. */
  readonly state: SessionEndState
  /** The reason in `session.end`, if there is one: its first 200 characters. */
  readonly reason: string | undefined
  /** When it ended, in milliseconds since the epoch. */
  readonly time: number
}

/** The totals of feedback on a session (`session.feedback`). */
export interface SessionFeedbackTotals {
  /** The number of ratings. */
  readonly count: number
  /** The number of ratings that have a score. */
  readonly scored: number
  /**
   * The ratings by name, sorted by name: at most 32, those with the smallest names. There is no mean over all names,
   * because each may have a scale of its own, such as five stars and 0 or 1.
   */
  readonly names: readonly NamedFeedbackTotals[]
  /** Whether there are ratings with other names, or with invalid ones. */
  readonly moreNames: boolean
}

/** The ratings of one name. Scores are numbers up to 2^53 - 1 in size; others are ignored. */
export interface NamedFeedbackTotals {
  /** The name: `feedback` for ratings without one. */
  readonly name: string
  /** The number of ratings. */
  readonly count: number
  /** The number of ratings that have a score. */
  readonly scored: number
  /** The mean score, to a millionth within the precision of a double; undefined if there are no scores. */
  readonly mean: number | undefined
  /** The smallest score; undefined if there are none. */
  readonly min: number | undefined
  /** The largest score; undefined if there are none. */
  readonly max: number | undefined
}

/** Durations in a session. */
export interface SessionLatency {
  /**
   * Durations of traces, measured by the spans that enter this process: those without a parent, or with a parent in
   * another process. SDK 1 does not report where the parent is: there, a span with a parent enters the process if its
   * kind is SERVER or CONSUMER. Undefined if there are none.
   */
  readonly traces: LatencyPercentiles | undefined
  /** Durations of LLM calls; undefined if there are none. */
  readonly llmCalls: LatencyPercentiles | undefined
}

/**
 * What a session did and cost. Session spans (`session.start`, `session.feedback`, …) are not work, and not in `spans` and
 * `traces`.
 */
export interface SessionTotals {
  /** The session ID. */
  readonly id: string
  /** The readable name in the first `session.start` that has one. */
  readonly name: string | undefined
  /** The start of the first span, in milliseconds since the epoch; undefined before a span with a valid time. */
  readonly firstTime: number | undefined
  /** The end of the last span, in milliseconds since the epoch; undefined before a span with a valid time. */
  readonly lastTime: number | undefined
  /** From the first to the last time, in milliseconds; never negative. */
  readonly durationMillis: number
  /** The number of distinct traces that have a span of this session. */
  readonly traces: number
  /** The number of spans of this session, without session spans. */
  readonly spans: number
  /**
   * The number of LLM calls. Of nested LLM spans, as many frameworks report a call, only the innermost counts; and of two
   * spans side by side on which two instrumentations report the same call, one: they have the same response ID, or the
   * same model and tokens if one of them has none.
   */
  readonly llmCalls: number
  /**
   * The number of LLM calls and embeddings whose usage nothing reports: neither the span, nor one below it, nor one above
   * it whose usage counts. `tokens` and `cost` are without these calls.
   */
  readonly callsWithoutUsage: number
  /**
   * The number of usages that have neither a reported cost nor a price: the model has no price, the span does not report
   * all tokens, or it reports those of several calls, of which one may have the price of a long prompt. While it is above
   * 0, the cost is undefined.
   */
  readonly unpricedUsages: number
  /**
   * The number of usages without a reported cost whose span does not tell what is to be paid; `SpanUsage.undecided` says
   * why. While it is above 0, the cost is undefined.
   */
  readonly undecidedUsages: number
  /** The number of tool calls. Of nested spans of the same kind, with nothing else between them, the innermost counts. */
  readonly toolCalls: number
  /** The number of spans of agents, counted like tool calls. */
  readonly agentSteps: number
  /** The number of retrievals and rerankings, counted like tool calls. */
  readonly retrievals: number
  /** The number of embeddings, counted like tool calls. */
  readonly embeddings: number
  /**
   * The number of spans whose status is ERROR. One failure counts several times if instrumentations mark each span that
   * the error passes through.
   */
  readonly errors: number
  /** The tokens of the session. Usage counts on the deepest spans that report it; zeros alone are no usage. */
  readonly tokens: SessionTokens
  /**
   * The cost; undefined, never 0, if `unpricedUsages` or `undecidedUsages` is above 0, or if there are calls and none
   * reports usage. It does not include the calls of `callsWithoutUsage`. A cost that a span reports is ignored if a span
   * below it reports usage: that usage counts instead, with its own cost or price.
   */
  readonly cost: SessionCost | undefined
  /**
   * Totals by model, sorted by name: at most 32, those with the smallest names. A model keeps its place among the 32 even
   * if its work turns out to be that of a span below.
   */
  readonly models: readonly ModelTotals[]
  /** The sum over all other models; its `model` is undefined. */
  readonly otherModels: ModelTotals | undefined
  /** User IDs, sorted: the first 32. */
  readonly userIds: readonly string[]
  /** Whether there are more users. */
  readonly moreUserIds: boolean
  /** Tags, sorted: the first 32. */
  readonly tags: readonly string[]
  /** Whether there are more tags. */
  readonly moreTags: boolean
  /** Environments, sorted: the first 32. */
  readonly environments: readonly string[]
  /** Whether there are more environments. */
  readonly moreEnvironments: boolean
  /** How the session ended, if it did: the first end by time. */
  readonly end: SessionEndTotals | undefined
  /** The totals of feedback (`session.feedback`). */
  readonly feedback: SessionFeedbackTotals
  /** Metrics (`session.metric`) by name: at most 32. */
  readonly metrics: readonly SessionMetricTotals[]
  /** Whether there are more metrics. */
  readonly moreMetrics: boolean
  /** The number of events (`session.event`), including those that add tags and metadata. */
  readonly events: number
  /** The number of attachments (`session.attachment`). */
  readonly attachments: number
  /**
   * The number of spans after the end, session spans included: those marked `session.late`, and those that started after
   * the end that was known when they were counted. A span that arrives before the end is never late, so only this number
   * depends on the order of arrival.
   */
  readonly late: number
  /** Durations of traces and LLM calls. */
  readonly latency: SessionLatency
}
