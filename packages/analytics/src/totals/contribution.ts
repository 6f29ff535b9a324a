import { LLM_BELOW, USAGE_BELOW } from '../below.ts'
import { addModel, NO_MODEL, removeModel } from '../model-column.ts'
import { MODEL_COSTS, MODEL_SUMS, MODEL_WIDTH } from '../model-fields.ts'
import type { NanoCost } from '../span-cost.ts'
import type { SpanUsage } from '../usage/span-usage.ts'
import { addLatency, removeLatency } from './columns.ts'
import type { Rows } from './rows.ts'

const CALL = 0

/** What one span adds to a session and its model. Written to again and again, so that none is allocated for a span. */
export class Work {
  row = 0
  /** Which of the sessions that had the row it was. */
  birth = 0
  /** The bucket of its latency, or -1. */
  bucket = -1
  model = NO_MODEL
  /** In the order of `MODEL_SUMS` and `MODEL_COSTS`: the LLM call, and then all that is usage. */
  readonly numbers = new Float64Array(MODEL_WIDTH)

  /** Takes what a span says, of which the call, the usage or both count. */
  take(usage: SpanUsage, cost: NanoCost | undefined, isCall: boolean, isUsage: boolean): void {
    const { numbers } = this
    this.model = usage.model ?? NO_MODEL
    // Each by itself: filling the array with zeros first would cost more than all of this.
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
 * Whether a span says what it used: only then does it hide what is reported above it. Zeros alone say nothing: some
 * instrumentations write them where they know no better.
 */
export const reportsUsage = (usage: SpanUsage): boolean =>
  isSome(usage.inputTokens) ||
  isSome(usage.outputTokens) ||
  isSome(usage.totalTokens) ||
  isSome(usage.cachedInputTokens) ||
  isSome(usage.reasoningTokens) ||
  (usage.cost !== undefined && [usage.cost.input, usage.cost.output, usage.cost.total].some(isSome))

const isSome = (number: number | undefined): boolean => number !== undefined && number > 0

/** Counts an LLM call, and what a span used. */
export function addWork(rows: Rows, work: Work): void {
  addModel(rows, work.row, work.model, work.numbers)
  addNumbers(rows, work.row, work.numbers, 1)
  if (work.numbers[CALL] === 1 && work.bucket >= 0) addLatency(rows, work.row, 'llmCalls', work.bucket)
}

const part = new Float64Array(MODEL_WIDTH)

/** Takes back what turned out to be reported below the span; in `work` stays what still counts. */
export function takeBack(rows: Rows, work: Work, flags: number): void {
  const { row, numbers, bucket } = work
  const first = (flags & LLM_BELOW) === 0 ? CALL + 1 : CALL
  const end = (flags & USAGE_BELOW) === 0 ? CALL + 1 : MODEL_WIDTH
  part.fill(0)
  part.set(numbers.subarray(first, end), first)
  numbers.fill(0, first, end)
  // Its own usage may not have counted, or its call: then these are 0, and nothing is taken.
  if (part[CALL] === 0 && part[1] === 0) return
  removeModel(rows, row, work.model, part)
  addNumbers(rows, row, part, -1)
  if (part[CALL] === 1 && bucket >= 0) removeLatency(rows, row, 'llmCalls', bucket)
}

function addNumbers(rows: Rows, row: number, numbers: Float64Array, by: 1 | -1): void {
  rows.addAll(row, MODEL_SUMS, numbers, by)
  for (let index = 0; index < MODEL_COSTS.length; index++) {
    const number = numbers[MODEL_SUMS.length + index] as number
    if (number !== 0) rows.addWide(row, MODEL_COSTS[index] as number, by * number)
  }
}
