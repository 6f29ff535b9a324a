import { LONGEST_NAME } from './people.ts'
import type { SpanUsage } from './usage/span-usage.ts'

/** The most tokens of one span that are believed. Millions of such spans still add up exactly. */
const MOST = 2 ** 32

const FIELDS = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'] as const

const isFine = (count: number | undefined): boolean =>
  count === undefined || (Number.isInteger(count) && count <= MOST)

const isNameKept = (model: string | undefined): boolean => model === undefined || model.length <= LONGEST_NAME

/**
 * The usage without token counts that cannot be summed exactly: fractions, and what no model has ever taken. A model
 * whose name is too long to be kept is none.
 */
export function wholeTokens(usage: SpanUsage): SpanUsage {
  // Written out, because each span comes by here.
  if (
    isNameKept(usage.model) &&
    isFine(usage.inputTokens) &&
    isFine(usage.outputTokens) &&
    isFine(usage.totalTokens) &&
    isFine(usage.cachedInputTokens) &&
    isFine(usage.reasoningTokens)
  ) {
    return usage
  }
  const wrong: (keyof SpanUsage)[] = FIELDS.filter((field) => !isFine(usage[field]))
  if (!isNameKept(usage.model)) wrong.push('model')
  const left = Object.fromEntries(wrong.map((field) => [field, undefined]))
  return { ...usage, ...left, ignored: usage.ignored + wrong.length }
}
