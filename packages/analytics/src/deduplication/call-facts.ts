import { modelNames } from '../cost/model-names.ts'
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
  /** How well the cost is known: 2 if it is reported, 1 if it is computed, 0 if it is unknown. */
  readonly #known: number
  readonly #cost: number
  /** How many kinds of tokens are told apart. */
  readonly #kinds: number
  #names: readonly string[] | undefined

  constructor(scope: string | undefined, usage: SpanUsage, start: number, end: number, hasCost: boolean) {
    this.scope = scope
    this.start = start
    this.end = end
    this.responseId = usage.responseId
    this.model = usage.model
    this.requestModel = usage.requestModel
    this.input = usage.inputTokens
    this.output = usage.outputTokens
    this.#kinds =
      Number(usage.cachedInputTokens !== undefined) +
      Number(usage.cacheWriteTokens !== undefined) +
      Number(usage.reasoningTokens !== undefined)
    this.#cost = usage.cost?.total ?? 0
    this.#known = usage.cost?.total !== undefined ? 2 : hasCost ? 1 : 0
  }

  /** The names of the model, with and without a version: one span has that of the request, another that of the response. */
  get names(): readonly string[] {
    // Nearly all calls are compared with none, so these are made when one is.
    this.#names ??= [this.model, this.requestModel].flatMap((name) =>
      name === undefined ? [] : modelNames(name),
    )
    return this.#names
  }

  /**
   * Compares what two spans of a call tell, the better first: the cost that is known better, then the higher reported
   * cost or the more tokens, so that a count from the middle of a call is not its cost, and then the more details.
   */
  compareKnown(other: CallFacts): number {
    return (
      other.#known - this.#known ||
      other.#cost - this.#cost ||
      other.#tokens - this.#tokens ||
      (other.output ?? 0) - (this.output ?? 0) ||
      other.#kinds - this.#kinds
    )
  }

  get #tokens(): number {
    return (this.input ?? 0) + (this.output ?? 0)
  }
}
