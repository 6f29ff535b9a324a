import type { SpanUsage } from './usage.ts'

/** The most tokens of one span that are believed. Millions of such spans still add up exactly. */
const MOST = 2 ** 32

const FIELDS = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'] as const

const isFine = (count: number | undefined): boolean =>
  count === undefined || (Number.isInteger(count) && count <= MOST)

/** The usage without token counts that cannot be summed exactly: fractions, and what no model has ever taken. */
export function wholeTokens(usage: SpanUsage): SpanUsage {
  if (FIELDS.every((field) => isFine(usage[field]))) return usage
  const wrong = FIELDS.filter((field) => !isFine(usage[field]))
  const left = Object.fromEntries(wrong.map((field) => [field, undefined]))
  return { ...usage, ...left, ignored: usage.ignored + wrong.length }
}
