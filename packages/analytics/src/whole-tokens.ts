import type { SpanUsage } from './usage.ts'

/** The most tokens of one span that are believed. Millions of such spans still add up exactly. */
const MOST = 2 ** 32

const FIELDS = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'] as const

const isFine = (count: number | undefined): boolean =>
  count === undefined || (Number.isInteger(count) && count <= MOST)

/** The usage without token counts that cannot be summed exactly: fractions, and what no model has ever taken. */
export function wholeTokens(usage: SpanUsage): SpanUsage {
  // Written out, because each span comes by here.
  if (
    isFine(usage.inputTokens) &&
    isFine(usage.outputTokens) &&
    isFine(usage.totalTokens) &&
    isFine(usage.cachedInputTokens) &&
    isFine(usage.reasoningTokens)
  ) {
    return usage
  }
  const wrong = FIELDS.filter((field) => !isFine(usage[field]))
  const left = Object.fromEntries(wrong.map((field) => [field, undefined]))
  return { ...usage, ...left, ignored: usage.ignored + wrong.length }
}
