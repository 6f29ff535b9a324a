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
  /** The model, as the spans name it; undefined for work that names none. */
  readonly model: string | undefined
  /** Its LLM calls, counted as in `SessionTotals.llmCalls`. */
  readonly llmCalls: number
  readonly tokens: SessionTokens
  /** Undefined as soon as one of its calls has neither a reported cost nor a price. */
  readonly cost: SessionCost | undefined
}

/** How long things took, in milliseconds. Each figure is within 1 % of a duration that occurred (nearest rank). */
export interface LatencyPercentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** What a session measured under one name (`session.metric`). */
export interface SessionMetricTotals {
  readonly name: string
  readonly count: number
  /** To a millionth. */
  readonly mean: number
  readonly min: number
  readonly max: number
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
  readonly spans: number
  /** LLM calls; of LLM spans that lie in each other, as frameworks report them, only the innermost. */
  readonly llmCalls: number
  readonly toolCalls: number
  readonly agentSteps: number
  readonly retrievals: number
  readonly embeddings: number
  /** Spans whose status is ERROR. */
  readonly errors: number
  /** Tokens; usage counts where it is reported deepest. */
  readonly tokens: SessionTokens
  /** Undefined as soon as one usage has neither a reported cost nor a price; never 0 for that reason. */
  readonly cost: SessionCost | undefined
  /** The same by model, in the order of their names; at most 32. */
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
  /** How it ended, if it did: the first end by time. `time` is in milliseconds since the epoch. */
  readonly end:
    | { readonly state: SessionEndState; readonly reason: string | undefined; readonly time: number }
    | undefined
  /** Judgements; `mean` of those with a score, to a millionth, undefined where there is none. */
  readonly feedback: { readonly count: number; readonly scored: number; readonly mean: number | undefined }
  /** What it measured, by name; at most 32. */
  readonly metrics: readonly SessionMetricTotals[]
  /** Whether there were more names. */
  readonly moreMetrics: boolean
  readonly events: number
  readonly attachments: number
  /**
   * Spans, words included, that came after the end: marked so (`session.late`), or begun after the end that was known
   * when they were counted. A span that arrives before the end is never late, so this one figure depends on the order.
   */
  readonly late: number
  /** How long traces (their local root spans) and LLM calls took; undefined where there is none. */
  readonly latency: {
    readonly traces: LatencyPercentiles | undefined
    readonly llmCalls: LatencyPercentiles | undefined
  }
}
