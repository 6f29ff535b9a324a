import { INPUT_COST, OTHER_COST, OUTPUT_COST, SUMS } from './totals/fields.ts'

/** The sums of a row that are kept by model as well. */
export const MODEL_SUMS = [
  SUMS.llmCalls,
  SUMS.usages,
  SUMS.unpriced,
  SUMS.inputTokens,
  SUMS.outputTokens,
  SUMS.totalTokens,
  SUMS.cachedInputTokens,
  SUMS.reasoningTokens,
] as const

/** The costs of a row, which are kept by model as well. */
export const MODEL_COSTS = [INPUT_COST, OUTPUT_COST, OTHER_COST] as const

/** How many numbers a model has: the sums, then the costs. */
export const MODEL_WIDTH = 11
