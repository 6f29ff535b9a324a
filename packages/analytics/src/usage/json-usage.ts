import type { SpanCost } from './span-usage.ts'
import { dollars, json, tokens } from './values.ts'

/** The parts of a usage or a cost that is on a span as JSON. A part that is not reported is undefined. */
export interface UsageParts {
  input: number | undefined
  output: number | undefined
  total: number | undefined
  cached: number | undefined
  reasoning: number | undefined
}

/** Nothing is reported. */
export const NO_PARTS: Readonly<UsageParts> = {
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  reasoning: undefined,
}

type ReadNumber = (value: unknown) => number | undefined

/**
 * Reads Langfuse's `usage_details`. Langfuse separates kinds of tokens (`input` excludes `input_cached_tokens`), so the
 * input and the output are sums of their kinds. The usage of OpenAI's API is read too; its details are already included
 * in its counts.
 */
export const langfuseUsage = (value: unknown): Readonly<UsageParts> => langfuseParts(value, tokens)

/** Reads Langfuse's `cost_details`, which separates kinds in the same way. */
export function langfuseCost(value: unknown): SpanCost | undefined {
  const { input, output, total } = langfuseParts(value, dollars)
  return costOfParts(input, output, total)
}

/** Other names for the parts that Langfuse accepts: those of OpenAI and of the AI SDK. */
const OTHER_NAMES: ReadonlyMap<string, 'input' | 'output' | 'total'> = new Map([
  ['promptTokens', 'input'],
  ['prompt_tokens', 'input'],
  ['completionTokens', 'output'],
  ['completion_tokens', 'output'],
  ['totalTokens', 'total'],
  ['total_tokens', 'total'],
  ['totalCost', 'total'],
  ['total_cost', 'total'],
])

function langfuseParts(value: unknown, read: ReadNumber): Readonly<UsageParts> {
  const details = json(value)
  if (details === undefined) return NO_PARTS
  const parts: UsageParts = { ...NO_PARTS }
  for (const [key, each] of Object.entries(details)) {
    const other = OTHER_NAMES.get(key)
    // The same count under two names.
    if (other !== undefined && Object.hasOwn(details, other)) continue
    if (key.endsWith('_details')) {
      readOpenAiDetails(parts, each, read)
      continue
    }
    const part = other ?? partOf(key)
    const number = part && read(each)
    if (part === undefined || number === undefined) continue
    parts[part] = (parts[part] ?? 0) + number
    if (part === 'input' && isCacheRead(key)) parts.cached = (parts.cached ?? 0) + number
    if (part === 'output' && key.includes('reasoning')) parts.reasoning = (parts.reasoning ?? 0) + number
  }
  return parts
}

/** Reads OpenAI's `prompt_tokens_details` and `completion_tokens_details`. */
function readOpenAiDetails(parts: UsageParts, value: unknown, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  const details = value as { cached_tokens?: unknown; reasoning_tokens?: unknown }
  parts.cached = read(details.cached_tokens) ?? parts.cached
  parts.reasoning = read(details.reasoning_tokens) ?? parts.reasoning
}

/** Whether a key such as `input_cached_tokens` or `cache_read_input_tokens` counts reads, not writes, of a cache. */
const isCacheRead = (key: string): boolean => key.includes('cached') || key.includes('cache_read')

function partOf(key: string): 'input' | 'output' | 'total' | undefined {
  if (key === 'total') return 'total'
  if (key.startsWith('input') || key.startsWith('cache_')) return 'input'
  return key.startsWith('output') ? 'output' : undefined
}

/** Reads the cached and reasoning tokens of LangSmith's `usage_metadata`; the other counts are attributes. */
export function langsmithDetails(value: unknown): Readonly<UsageParts> {
  const usage = json(value) as { [key: string]: { [key: string]: unknown } | undefined } | undefined
  if (usage === undefined) return NO_PARTS
  return {
    ...NO_PARTS,
    cached: tokens(usage['input_token_details']?.['cache_read']),
    reasoning: tokens(usage['output_token_details']?.['reasoning']),
  }
}

/** Makes a cost of its parts. A missing total is the sum of both parts; undefined if nothing is reported. */
export function costOfParts(
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): SpanCost | undefined {
  if (total !== undefined) return { input, output, total }
  if (input === undefined && output === undefined) return undefined
  return { input, output, total: input !== undefined && output !== undefined ? input + output : undefined }
}
