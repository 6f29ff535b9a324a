import type { NanoCost } from '../cost/span-cost.ts'
import type { SpanUsage } from '../usage/span-usage.ts'
import { addLatency, addModel, NO_MODEL, removeLatency, removeModel } from './columns.ts'
import { MODEL_COSTS, MODEL_SUMS, MODEL_WIDTH } from './fields.ts'
import type { Rows } from './rows.ts'

/** A flag of a span: a span below it reports usage. */
export const USAGE_BELOW = 2
/** A flag of a span: a span below it is an LLM call. */
export const LLM_BELOW = 4

const CALL = 0

/** What one span adds to a session and its model. Instances are used again, so that none is allocated for a span. */
export class Contribution {
  row = 0
  /** The birth of the session, because rows are used again. */
  birth = 0
  /** The bucket of its latency, or -1. */
  bucket = -1
  model = NO_MODEL
  /** In the order of `MODEL_SUMS` and `MODEL_COSTS`: the LLM call, then the usage. */
  readonly numbers = new Float64Array(MODEL_WIDTH)

  /** Sets the numbers from a span whose call, usage or both count. */
  set(usage: SpanUsage, cost: NanoCost | undefined, isCall: boolean, isUsage: boolean): void {
    const { numbers } = this
    this.model = usage.model ?? NO_MODEL
    // One by one: filling the array with zeros first would cost more than all of this.
    numbers[CALL] = isCall ? 1 : 0
    numbers[1] = isUsage ? 1 : 0
    numbers[2] = isUsage && cost === undefined ? 1 : 0
    const input = (isUsage ? usage.inputTokens : undefined) ?? 0
    const output = (isUsage ? usage.outputTokens : undefined) ?? 0
    numbers[3] = input
    numbers[4] = output
    numbers[5] = (isUsage ? usage.totalTokens : undefined) ?? input + output
    numbers[6] = (isUsage ? usage.cachedInputTokens : undefined) ?? 0
    numbers[7] = (isUsage ? usage.reasoningTokens : undefined) ?? 0
    numbers[8] = cost?.input ?? 0
    numbers[9] = cost?.output ?? 0
    numbers[10] = cost?.other ?? 0
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
  isPositive(usage.reasoningTokens) ||
  (usage.cost !== undefined && [usage.cost.input, usage.cost.output, usage.cost.total].some(isPositive))

const isPositive = (number: number | undefined): boolean => number !== undefined && number > 0

/** Adds a contribution to the row of its session. */
export function addContribution(rows: Rows, contribution: Contribution): void {
  const { row, model, numbers, bucket } = contribution
  addModel(rows, row, model, numbers)
  addNumbers(rows, row, numbers, 1)
  if (numbers[CALL] === 1 && bucket >= 0) addLatency(rows, row, 'llmCalls', bucket)
}

const removed = new Float64Array(MODEL_WIDTH)

/**
 * Removes from the row what is reported below the span too: the call, the usage or both. The contribution keeps what
 * still counts.
 *
 * @param flags `LLM_BELOW`, `USAGE_BELOW` or both
 */
export function removeContribution(rows: Rows, contribution: Contribution, flags: number): void {
  const { row, numbers, bucket } = contribution
  const first = (flags & LLM_BELOW) === 0 ? CALL + 1 : CALL
  const end = (flags & USAGE_BELOW) === 0 ? CALL + 1 : MODEL_WIDTH
  removed.fill(0)
  removed.set(numbers.subarray(first, end), first)
  numbers.fill(0, first, end)
  // If the call or the usage never counted, it is 0 and nothing is removed.
  if (removed[CALL] === 0 && removed[1] === 0) return
  removeModel(rows, row, contribution.model, removed)
  addNumbers(rows, row, removed, -1)
  if (removed[CALL] === 1 && bucket >= 0) removeLatency(rows, row, 'llmCalls', bucket)
}

function addNumbers(rows: Rows, row: number, numbers: Float64Array, by: 1 | -1): void {
  rows.addAll(row, MODEL_SUMS, numbers, by)
  for (let index = 0; index < MODEL_COSTS.length; index++) {
    const number = numbers[MODEL_SUMS.length + index] as number
    if (number !== 0) rows.addWide(row, MODEL_COSTS[index] as number, by * number)
  }
}
