import { INPUT_COST, OTHER_COST, OUTPUT_COST, SUMS } from './fields.ts'
import { addModel, NO_MODEL, removeModel } from './model-column.ts'
import { LLM_BELOW, USAGE_BELOW } from './recent-spans.ts'
import type { Rows } from './rows.ts'
import { addLatency, removeLatency } from './slots.ts'
import type { NanoCost } from './span-cost.ts'
import type { SpanUsage } from './usage.ts'

/** What was counted of a span that called a model, as long as it may have to be taken back. */
export interface Work {
  readonly row: number
  /** Which of the sessions that had the row it was. */
  readonly birth: number
  readonly model: string
  readonly usage: SpanUsage
  readonly cost: NanoCost | undefined
  /** The bucket of its latency, or -1. */
  readonly bucket: number
  /** Counted as an LLM call. */
  isCall: boolean
  /** Counted with its usage. */
  isUsage: boolean
}

/** Whether a span says what it used: only then does it hide what is reported above it. */
export const reportsUsage = (usage: SpanUsage): boolean =>
  usage.inputTokens !== undefined ||
  usage.outputTokens !== undefined ||
  usage.totalTokens !== undefined ||
  usage.cachedInputTokens !== undefined ||
  usage.reasoningTokens !== undefined ||
  usage.cost !== undefined

/** Counts an LLM call, and what a span used. */
export function addWork(rows: Rows, work: Work): void {
  const { row, isCall, isUsage } = work
  addModel(rows, row, work.model, () => numbersOf(work, isCall, isUsage))
  if (isCall) addCall(rows, work, 1)
  if (isUsage) addUsage(rows, work, 1)
}

/** Takes back what turned out to be reported below the span. */
export function takeBack(rows: Rows, work: Work, flags: number): void {
  const isCall = work.isCall && (flags & LLM_BELOW) !== 0
  const isUsage = work.isUsage && (flags & USAGE_BELOW) !== 0
  if (!isCall && !isUsage) return
  removeModel(rows, work.row, work.model, () => numbersOf(work, isCall, isUsage))
  if (isCall) {
    work.isCall = false
    addCall(rows, work, -1)
  }
  if (isUsage) {
    work.isUsage = false
    addUsage(rows, work, -1)
  }
}

function addCall(rows: Rows, { row, bucket }: Work, by: 1 | -1): void {
  rows.add(row, SUMS.llmCalls, by)
  if (bucket < 0) return
  if (by > 0) addLatency(rows, row, 'llmCalls', bucket)
  else removeLatency(rows, row, 'llmCalls', bucket)
}

function addUsage(rows: Rows, { row, usage, cost }: Work, by: 1 | -1): void {
  rows.add(row, SUMS.usages, by)
  if (usage.inputTokens !== undefined) rows.add(row, SUMS.inputTokens, by * usage.inputTokens)
  if (usage.outputTokens !== undefined) rows.add(row, SUMS.outputTokens, by * usage.outputTokens)
  if (usage.totalTokens !== undefined) rows.add(row, SUMS.totalTokens, by * usage.totalTokens)
  if (usage.cachedInputTokens !== undefined) {
    rows.add(row, SUMS.cachedInputTokens, by * usage.cachedInputTokens)
  }
  if (usage.reasoningTokens !== undefined) rows.add(row, SUMS.reasoningTokens, by * usage.reasoningTokens)
  if (cost === undefined) {
    rows.add(row, SUMS.unpriced, by)
    return
  }
  rows.addWide(row, INPUT_COST, by * cost.input)
  rows.addWide(row, OUTPUT_COST, by * cost.output)
  rows.addWide(row, OTHER_COST, by * cost.other)
}

/** In the order of `MODEL_SUMS` and `MODEL_COSTS`. */
function numbersOf({ usage, cost }: Work, isCall: boolean, isUsage: boolean): number[] {
  const calls = isCall ? 1 : 0
  if (!isUsage) return [calls, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  return [
    calls,
    1,
    cost === undefined ? 1 : 0,
    usage.inputTokens ?? 0,
    usage.outputTokens ?? 0,
    usage.totalTokens ?? 0,
    usage.cachedInputTokens ?? 0,
    usage.reasoningTokens ?? 0,
    cost?.input ?? 0,
    cost?.output ?? 0,
    cost?.other ?? 0,
  ]
}

export const modelOf = (usage: SpanUsage): string => usage.model ?? NO_MODEL
