import type { PriceOf } from './cost/span-cost.ts'
import type { SpanUsage } from './usage/span-usage.ts'

/** What a span cost, in nano-dollars: whole numbers, so that their sums do not depend on the order. */
export interface NanoCost {
  readonly input: number
  readonly output: number
  /** What of the total is in neither part; negative where a discount is. */
  readonly other: number
}

const NANO = 1e9
/** A million dollars for one span is a mistake, and thousands of them still add up exactly. */
const MOST = 1e6

/** The cost that the span reports, else what the prices make of its tokens, else undefined. */
export function costOf(usage: SpanUsage, priceOf: PriceOf | undefined): NanoCost | undefined {
  return nanosOf(usage.cost) ?? nanosOf(priceOf?.(usage))
}

function nanosOf(cost: SpanUsage['cost']): NanoCost | undefined {
  if (cost === undefined) return undefined
  const input = nanos(cost.input)
  const output = nanos(cost.output)
  const total = nanos(cost.total)
  if (total === undefined) {
    // A part alone is not what it cost.
    return input === undefined || output === undefined ? undefined : { input, output, other: 0 }
  }
  return { input: input ?? 0, output: output ?? 0, other: total - (input ?? 0) - (output ?? 0) }
}

const nanos = (dollars: number | undefined): number | undefined =>
  dollars !== undefined && dollars >= 0 && dollars <= MOST ? Math.round(dollars * NANO) : undefined

/** Nano-dollars in USD. */
export const dollarsOf = (sum: number): number => sum / NANO
