import type { NanoCost } from '../cost/span-cost.ts'
import type { Counters } from '../counters.ts'
import type { SpanUsage } from '../usage/span-usage.ts'
import { addLatency, removeLatency } from './latencies.ts'
import { obtainWork } from './models.ts'
import type { Session } from './session.ts'
import { NO_MODEL, type UsageNumbers } from './work.ts'

/** What one span adds to a model of its session: an LLM call, usage or both, as long as they count. */
export class Contribution implements UsageNumbers {
  readonly session: Session
  readonly model: string
  /** The bucket of its latency, or -1. */
  readonly bucket: number
  readonly input: number
  readonly output: number
  readonly total: number
  readonly cachedInput: number
  readonly cacheWrite: number
  readonly reasoning: number
  readonly cost: NanoCost | undefined
  readonly isUndecided: boolean
  #isCall = false
  #isUsage = false
  #lacksUsage = false

  constructor(session: Session, usage: SpanUsage, cost: NanoCost | undefined, bucket: number) {
    this.session = session
    this.model = usage.model ?? NO_MODEL
    this.bucket = bucket
    this.input = usage.inputTokens ?? 0
    this.output = usage.outputTokens ?? 0
    this.total = usage.totalTokens ?? this.input + this.output
    this.cachedInput = usage.cachedInputTokens ?? 0
    this.cacheWrite = usage.cacheWriteTokens ?? 0
    this.reasoning = usage.reasoningTokens ?? 0
    this.cost = cost
    this.isUndecided = usage.undecided !== undefined
  }

  /**
   * Adds to the session what counts now and did not before, and subtracts what no longer counts.
   *
   * @param isCall whether the span's LLM call counts
   * @param isUsage whether its usage counts
   * @param lacksUsage whether its call counts and nothing reports the usage of that call
   */
  settle(isCall: boolean, isUsage: boolean, lacksUsage: boolean, counters: Counters): void {
    if (isCall === this.#isCall && isUsage === this.#isUsage && lacksUsage === this.#lacksUsage) return
    const { session, bucket } = this
    const work = obtainWork(session, this.model)
    if (isCall !== this.#isCall) {
      this.#isCall = isCall
      work.llmCalls += isCall ? 1 : -1
      if (bucket >= 0) {
        const { llmCallLatencies } = session
        session.llmCallLatencies = isCall
          ? addLatency(llmCallLatencies, bucket)
          : removeLatency(llmCallLatencies, bucket)
      }
    }
    if (isUsage !== this.#isUsage) {
      this.#isUsage = isUsage
      const by = isUsage ? 1 : -1
      work.addUsage(this, by)
      if (this.cost === undefined) {
        if (this.isUndecided) counters.undecidedUsages += by
        else counters.unpricedUsages += by
      }
    }
    if (lacksUsage !== this.#lacksUsage) {
      this.#lacksUsage = lacksUsage
      const by = lacksUsage ? 1 : -1
      work.callsWithoutUsage += by
      counters.callsWithoutUsage += by
    }
  }
}

/**
 * Whether a span reports usage. Only then is usage that is reported above it a duplicate. Zeros alone are no usage,
 * because some instrumentations write them if they do not know the numbers.
 */
export const reportsUsage = (usage: SpanUsage): boolean =>
  isPositive(usage.inputTokens) ||
  isPositive(usage.outputTokens) ||
  isPositive(usage.totalTokens) ||
  isPositive(usage.cachedInputTokens) ||
  isPositive(usage.cacheWriteTokens) ||
  isPositive(usage.reasoningTokens) ||
  (usage.cost !== undefined && [usage.cost.input, usage.cost.output, usage.cost.total].some(isPositive))

const isPositive = (number: number | undefined): boolean => number !== undefined && number > 0
