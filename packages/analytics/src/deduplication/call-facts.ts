import type { SpanUsage } from '../usage/span-usage.ts'

/** What tells whether two spans report the same LLM call. */
export class CallFacts {
  /** The name of the instrumentation scope. */
  readonly scope: string | undefined
  /** In milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  readonly responseId: string | undefined
  readonly model: string | undefined
  readonly requestModel: string | undefined
  readonly input: number | undefined
  readonly output: number | undefined
  /** How well the cost is known: reported, by a price, or not; then how many kinds of tokens are told apart. */
  readonly rank: number

  constructor(scope: string | undefined, usage: SpanUsage, start: number, end: number, hasCost: boolean) {
    this.scope = scope
    this.start = start
    this.end = end
    this.responseId = usage.responseId
    this.model = usage.model
    this.requestModel = usage.requestModel
    this.input = usage.inputTokens
    this.output = usage.outputTokens
    const kinds =
      Number(usage.cachedInputTokens !== undefined) +
      Number(usage.cacheWriteTokens !== undefined) +
      Number(usage.reasoningTokens !== undefined)
    const known = usage.cost?.total !== undefined ? 2 : hasCost ? 1 : 0
    const hasTokens = this.input !== undefined && this.output !== undefined
    this.rank = known * 10 + (hasTokens ? 5 : 0) + kinds
  }
}
