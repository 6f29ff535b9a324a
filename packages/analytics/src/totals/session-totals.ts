import type { SessionEndState } from '@otel-sessions/semconv'

/** Tokens, whole numbers. What a model did not report counts as 0. */
export interface SessionTokens {
  /** Tokens that went in, those from a cache included. */
  readonly input: number
  /** Tokens that came out, those of reasoning included. */
  readonly output: number
  /** As reported, else input and output together. */
  readonly total: number
  /** The part of the input that came from a cache. */
  readonly cachedInput: number
  /** The part of the output that was spent on reasoning. */
  readonly reasoning: number
}

/** Costs, in USD, exact to the nano-dollar. */
export interface SessionCost {
  /** What was reported or priced as the cost of input. */
  readonly input: number
  /** What was reported or priced as the cost of output. */
  readonly output: number
  /** All of it: also what was reported as a total alone, which is in neither part. */
  readonly total: number
}

/** What one model did in a session. */
export interface ModelTotals {
  /** The model, as the spans name it; undefined for work that names none, or one of more than 200 characters. */
  readonly model: string | undefined
  /** Its LLM calls, counted as in `SessionTotals.llmCalls`. */
  readonly llmCalls: number
  /** Its tokens. */
  readonly tokens: SessionTokens
  /**
   * Undefined as soon as one of its usages has neither a reported cost nor a price, and where it has LLM calls and none
   * says what it used.
   */
  readonly cost: SessionCost | undefined
}

/** How long things took, in milliseconds. Each figure is within 1 % of a duration that occurred (nearest rank). */
export interface LatencyPercentiles {
  /** Half of them took no longer. */
  readonly p50: number
  /** Nine of ten took no longer. */
  readonly p90: number
  /** 99 of 100 took no longer. */
  readonly p99: number
}

/** What a session measured under one name (`session.metric`): numbers up to 2^53 - 1 in size; others are ignored. */
export interface SessionMetricTotals {
  /** The name. */
  readonly name: string
  /** How often. */
  readonly count: number
  /** To a millionth, as far as a double goes; never outside `min` and `max`. */
  readonly mean: number
  /** The smallest. */
  readonly min: number
  /** The largest. */
  readonly max: number
}

/** How a session ended. */
export interface SessionEndTotals {
  /** As it was said; `indeterminate` where it is implied by the session that followed. */
  readonly state: SessionEndState
  /** Why, in words; undefined where nobody said. */
  readonly reason: string | undefined
  /** When, in milliseconds since the epoch. */
  readonly time: number
}

/** The judgements about a session. */
export interface SessionFeedbackTotals {
  /** How many. */
  readonly count: number
  /** How many of them have a score. */
  readonly scored: number
  /**
   * The mean score over all names together, to a millionth; undefined where none has one. Where scores have different
   * scales, such as stars and 0 or 1, it means nothing: say those with `metric`, which keeps names apart.
   */
  readonly mean: number | undefined
}

/** How long things took in a session. */
export interface SessionLatency {
  /**
   * Traces, by the spans with which they enter this process: those without a parent, or with one of another process.
   * SDK 1 does not tell whose a parent is: there, a span with a parent is one if its kind is SERVER or CONSUMER.
   * Undefined where there is none.
   */
  readonly traces: LatencyPercentiles | undefined
  /** LLM calls; undefined where there is none. */
  readonly llmCalls: LatencyPercentiles | undefined
}

/**
 * What a session did and cost. Spans that a session says something with (`session.start`, `session.feedback`, …) are
 * no work: they are not in `spans` and `traces`.
 */
export interface SessionTotals {
  /** The session ID. */
  readonly id: string
  /** Its name for people, of the first `session.start` that has one. */
  readonly name: string | undefined
  /** When its first span began, in milliseconds since the epoch; undefined while it has no span with a time. */
  readonly firstTime: number | undefined
  /** When its last span ended, in milliseconds since the epoch; undefined while it has no span with a time. */
  readonly lastTime: number | undefined
  /** From the first to the last time, in milliseconds; never negative. */
  readonly durationMillis: number
  /** Distinct traces that have a span of this session. */
  readonly traces: number
  /** Spans of this session, its own words apart. */
  readonly spans: number
  /** LLM calls; of LLM spans that lie in each other, as frameworks report them, only the innermost. */
  readonly llmCalls: number
  /** Calls of tools. */
  readonly toolCalls: number
  /** Spans of agents. */
  readonly agentSteps: number
  /** Retrievals and rerankings. */
  readonly retrievals: number
  /** Embeddings. */
  readonly embeddings: number
  /**
   * Spans whose status is ERROR, those included that an error only passed through: one failure can be several, where
   * instrumentations mark each span on its way.
   */
  readonly errors: number
  /** Tokens; usage counts where it is reported deepest. Zeros alone are no usage. */
  readonly tokens: SessionTokens
  /**
   * Undefined, never 0, as soon as one usage has neither a reported cost nor a price, and where there are LLM calls and
   * none says what it used. A cost that a span reports is not used where a span below it reports usage: what is deepest
   * counts, and has its own cost or price.
   */
  readonly cost: SessionCost | undefined
  /**
   * The same by model, in the order of their names; at most 32, the first by name. One whose work turned out to be that of
   * a span below keeps its place among the 32.
   */
  readonly models: readonly ModelTotals[]
  /** What further models did, together; `model` is undefined. */
  readonly otherModels: ModelTotals | undefined
  /** Users, sorted; the 32 that come first. */
  readonly userIds: readonly string[]
  /** Whether there were more users. */
  readonly moreUserIds: boolean
  /** Tags, sorted; the 32 that come first. */
  readonly tags: readonly string[]
  /** Whether there were more tags. */
  readonly moreTags: boolean
  /** Environments, sorted; the 32 that come first. */
  readonly environments: readonly string[]
  /** Whether there were more environments. */
  readonly moreEnvironments: boolean
  /** How it ended, if it did: the first end by time. */
  readonly end: SessionEndTotals | undefined
  /** Judgements (`session.feedback`). */
  readonly feedback: SessionFeedbackTotals
  /** What it measured, by name; at most 32. */
  readonly metrics: readonly SessionMetricTotals[]
  /** Whether there were more names. */
  readonly moreMetrics: boolean
  /** What was said by `session.event`, tags and metadata that were added later included. */
  readonly events: number
  /** Attachments. */
  readonly attachments: number
  /**
   * Spans, words included, that came after the end: marked so (`session.late`), or begun after the end that was known
   * when they were counted. A span that arrives before the end is never late, so this one figure depends on the order.
   */
  readonly late: number
  /** How long traces and LLM calls took. */
  readonly latency: SessionLatency
}
