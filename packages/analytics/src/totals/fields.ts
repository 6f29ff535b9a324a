/** The whole numbers of a session's row that are sums: what adds up when two rows are merged. */
export const SUMS = {
  spans: 0,
  traces: 1,
  llmCalls: 2,
  toolCalls: 3,
  agentSteps: 4,
  retrievals: 5,
  embeddings: 6,
  errors: 7,
  /** Spans whose usage counts: with the LLM calls, how many have a say in the model of the row. */
  usages: 8,
  /** Spans of those for which no cost is known. */
  unpriced: 9,
  inputTokens: 10,
  outputTokens: 11,
  totalTokens: 12,
  cachedInputTokens: 13,
  reasoningTokens: 14,
} as const

/** One of the sums. */
export type Sum = (typeof SUMS)[keyof typeof SUMS]

/** How many sums there are. */
export const SUM_COUNT = 15

/** Behind the sums: which of the sessions that had this row it is, its neighbours in the order of use, its age. */
export const BIRTH = 15
export const NEWER = 16
export const OLDER = 17
export const TICK = 18
export const WHOLE_WIDTH = 19

/** The first and the last time, in milliseconds since the epoch, and three parts of the cost, in nano-dollars. */
export const FIRST = 0
export const LAST = 1
export const INPUT_COST = 2
export const OUTPUT_COST = 3
/** What of the cost was reported as a total, and is in neither part. */
export const OTHER_COST = 4
export const WIDE_WIDTH = 5
