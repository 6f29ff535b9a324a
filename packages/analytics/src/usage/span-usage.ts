/** What a span did for its session. */
export type WorkKind = 'llm' | 'tool' | 'agent' | 'retrieval' | 'embedding' | 'other'

/** A cost as the span reports it, in USD. A part that it does not report is undefined, never 0. */
export interface SpanCost {
  /** Of what went in. */
  readonly input: number | undefined
  /** Of what came out. */
  readonly output: number | undefined
  /** As reported, else of both where both are known. */
  readonly total: number | undefined
}

/** What one span says about the work it stands for. What it does not say is undefined. */
export interface SpanUsage {
  /** The kind of work; `other` for all that is not GenAI. */
  readonly kind: WorkKind
  /** The model that answered, else the one that was asked for, as the span names it. */
  readonly model: string | undefined
  /** Who runs the model, as the span names it. */
  readonly provider: string | undefined
  /** Tokens that went in, those from a cache included. */
  readonly inputTokens: number | undefined
  /** Tokens that came out, those of reasoning included. */
  readonly outputTokens: number | undefined
  /** As reported, else input and output together where both are known. */
  readonly totalTokens: number | undefined
  /** The part of the input that came from a cache. */
  readonly cachedInputTokens: number | undefined
  /** The part of the output that was spent on reasoning. */
  readonly reasoningTokens: number | undefined
  /** As reported on the span; never computed. */
  readonly cost: SpanCost | undefined
  /** Whether the span's status is ERROR. */
  readonly error: boolean
  /** The end user. */
  readonly userId: string | undefined
  /** What the application calls it; strings only, not checked further. */
  readonly tags: readonly string[] | undefined
  /** Where it ran, such as `production`: from the span, else from its resource once that is found out. */
  readonly environment: string | undefined
  /** How many token counts and costs were no such thing (negative, NaN, a string) and are left out above. */
  readonly ignored: number
}

/** The part of a span that is read. Structural: spans of SDK 1.30, 2 and 3 fit, and so does plain data. */
export interface UsageSpan {
  /** What is on the span. Anything may be in there. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** How it went. */
  readonly status?: UsageStatus | undefined
  /** Asked for the environment alone. */
  readonly resource?: UsageResource | undefined
}

/** The status of a span. */
export interface UsageStatus {
  /** 2 is ERROR. */
  readonly code?: number
}

/** What the spans of a provider have in common. */
export interface UsageResource {
  /** What is known of the process. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Whether more is still being found out. */
  readonly asyncAttributesPending?: boolean
}
