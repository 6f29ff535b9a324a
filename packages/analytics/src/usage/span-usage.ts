/** The kind of work that a span represents. */
export type WorkKind = 'llm' | 'tool' | 'agent' | 'retrieval' | 'embedding' | 'other'

/** A cost that a span reports, in USD. A part that is not reported is undefined, never 0. */
export interface SpanCost {
  /** The cost of the input. */
  readonly input: number | undefined
  /** The cost of the output. */
  readonly output: number | undefined
  /** The reported total, or the sum of input and output if both are reported. */
  readonly total: number | undefined
}

/** What one span reports about its work. A value that is not reported is undefined. */
export interface SpanUsage {
  /** The kind of work; `other` for spans without GenAI attributes. */
  readonly kind: WorkKind
  /** The name of the model in the response, or else in the request. */
  readonly model: string | undefined
  /**
   * The name of the model that was requested, unless the response names the same: its price is used if `model` has none.
   * It equals `model` if the response names no model, or if nothing says which of the two the name is.
   */
  readonly requestModel: string | undefined
  /** The provider of the model. */
  readonly provider: string | undefined
  /** The ID that the provider gave to its answer. Two spans with the same ID report the same call. */
  readonly responseId: string | undefined
  /** The input tokens, including those that were read from a cache or written to one. */
  readonly inputTokens: number | undefined
  /** The output tokens, including those of reasoning. */
  readonly outputTokens: number | undefined
  /** The reported total, or the sum of input and output if both are reported. */
  readonly totalTokens: number | undefined
  /** The input tokens that came from a cache. */
  readonly cachedInputTokens: number | undefined
  /** The input tokens that were written to a cache, for any lifetime. */
  readonly cacheWriteTokens: number | undefined
  /** The part of `cacheWriteTokens` that is kept for an hour. The rest is kept for five minutes, the usual lifetime. */
  readonly cacheWriteHourTokens: number | undefined
  /** The output tokens that were used for reasoning. */
  readonly reasoningTokens: number | undefined
  /**
   * Why the reported numbers do not say what is to be paid, so that no price is applied: `cache` if it is not known
   * whether the input includes what was read from and written to a cache, or how much that was; `total` if the parts do
   * not add up to the reported total, or a count or a cost is invalid or unknown; `stream` if the output is some tokens
   * too high, as LangChain's is for a streamed answer of Anthropic; `lifetime` if it is only unknown for how long
   * something was written to a cache, because the instrumentation never reports it. Undefined in the usual case.
   */
  readonly undecided: 'cache' | 'total' | 'stream' | 'lifetime' | undefined
  /** Whether the span stands for an LLM call if no span below it reports one, such as a stream's outer span. */
  readonly callIfNoneBelow: boolean
  /**
   * Whether the span is a stream's outer span that was stopped after its first step. The span of the call that was
   * stopped never ends, so this one stands for it, unless a call below reports no usage, such as one that failed.
   */
  readonly isStopped: boolean
  /** The cost that the span reports; never computed. */
  readonly cost: SpanCost | undefined
  /** Whether the span's status is ERROR. */
  readonly error: boolean
  /** The end user. */
  readonly userId: string | undefined
  /** The tags; strings only, not checked further. */
  readonly tags: readonly string[] | undefined
  /** The environment, such as `production`: from the span, or else from its resource once that is resolved. */
  readonly environment: string | undefined
  /** How many token counts and costs were invalid (negative, NaN, a string) and are omitted above. */
  readonly ignored: number
}

/** The part of a span that is read. Spans of SDK 1.30, 2 and 3 have this shape; so can plain data. */
export interface UsageSpan {
  /** The span's attributes, with values of any kind. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** The span's status. */
  readonly status?: UsageStatus | undefined
  /** The span's resource, read for the environment only. */
  readonly resource?: UsageResource | undefined
  /** The scope, since SDK 2. Some instrumentations count the same thing in another way. */
  readonly instrumentationScope?: SpanScope | undefined
  /** The scope in SDK 1. */
  readonly instrumentationLibrary?: SpanScope | undefined
}

/** The status of a span. */
export interface UsageStatus {
  /** 2 is ERROR. */
  readonly code?: number
}

/** The resource that all spans of a provider share. */
export interface UsageResource {
  /** Attributes of the process. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Whether some attributes are not resolved yet. */
  readonly asyncAttributesPending?: boolean
}

/** The instrumentation scope that created a span. */
export interface SpanScope {
  /** The name of the tracer. */
  readonly name: string
  /** The version of the tracer. */
  readonly version?: string | undefined
}
