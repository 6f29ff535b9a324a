// The numbers of a session's row, by their position in its columns.

/** The whole numbers that add up when two rows are merged. */
export const SUMS = {
  spans: 0,
  traces: 1,
  llmCalls: 2,
  toolCalls: 3,
  agentSteps: 4,
  retrievals: 5,
  embeddings: 6,
  errors: 7,
  /** Spans whose usage counts. */
  usages: 8,
  /** Those of them whose cost is unknown. */
  unpriced: 9,
  inputTokens: 10,
  outputTokens: 11,
  totalTokens: 12,
  cachedInputTokens: 13,
  reasoningTokens: 14,
} as const

/** The position of a sum. */
export type Sum = (typeof SUMS)[keyof typeof SUMS]

/** The number of sums. */
export const SUM_COUNT = 15

/** The number of the session among all that were ever added, because rows are used again. */
export const BIRTH = 15
/** The neighbors in the order of use, each as row + 1; 0 is none. */
export const NEWER = 16
export const OLDER = 17
/** The tick of the last use. */
export const TICK = 18
export const WHOLE_WIDTH = 19

/** The first and the last time, in milliseconds since the epoch. */
export const FIRST = 0
export const LAST = 1
/** Three parts of the cost, in nano-dollars; the third is what was reported as a total only. */
export const INPUT_COST = 2
export const OUTPUT_COST = 3
export const OTHER_COST = 4
export const WIDE_WIDTH = 5

/** The sums of a row that are kept by model too. */
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

/** The costs of a row, which are kept by model too. */
export const MODEL_COSTS = [INPUT_COST, OUTPUT_COST, OTHER_COST] as const

/** The number of values for each model: the sums, then the costs. */
export const MODEL_WIDTH = 11

/** The latencies of each kind for which a row has room. */
export const LATENCY_WIDTH = 3
/** The latencies of both kinds for which a row has room. */
export const LATENCY_SLOTS = 2 * LATENCY_WIDTH
