import type { SpanCost } from './span-usage.ts'
import { dollars, json, tokens } from './values.ts'

// Usage that is on a span as JSON.

/** The sides of a usage or a cost; what it does not say is undefined. */
export interface Sides {
  input: number | undefined
  output: number | undefined
  total: number | undefined
  cached: number | undefined
  reasoning: number | undefined
}

/** Says nothing. */
export const NO_SIDES: Readonly<Sides> = {
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  reasoning: undefined,
}

type ReadNumber = (value: unknown) => number | undefined

/**
 * Langfuse's `usage_details`. It keeps kinds of tokens apart (`input` is without `input_cached_tokens`), so a side is the
 * sum of its kinds; the usage of OpenAI's API is taken as well, with its details, which are a part of their side.
 */
export const langfuseUsage = (value: unknown): Readonly<Sides> => langfuseSides(value, tokens)

/** Langfuse's `cost_details`, which are kept apart in the same way. */
export function langfuseCost(value: unknown): SpanCost | undefined {
  const { input, output, total } = langfuseSides(value, dollars)
  return costOf(input, output, total)
}

/** What users of Langfuse call the sides, as its documentation does: the names that OpenAI and the AI SDK have. */
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

function langfuseSides(value: unknown, read: ReadNumber): Readonly<Sides> {
  const details = json(value)
  if (details === undefined) return NO_SIDES
  const sides: Sides = { ...NO_SIDES }
  for (const [key, each] of Object.entries(details)) {
    const other = OTHER_NAMES.get(key)
    // Both names are one count.
    if (other !== undefined && Object.hasOwn(details, other)) continue
    if (key.endsWith('_details')) {
      readParts(sides, each, read)
      continue
    }
    const side = other ?? sideOf(key)
    const number = side && read(each)
    if (side === undefined || number === undefined) continue
    sides[side] = (sides[side] ?? 0) + number
    if (side === 'input' && isCacheRead(key)) sides.cached = (sides.cached ?? 0) + number
    if (side === 'output' && key.includes('reasoning')) sides.reasoning = (sides.reasoning ?? 0) + number
  }
  return sides
}

/** OpenAI's `prompt_tokens_details` and the like: parts of what is counted beside them. */
function readParts(sides: Sides, value: unknown, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  const parts = value as { cached_tokens?: unknown; reasoning_tokens?: unknown }
  sides.cached = read(parts.cached_tokens) ?? sides.cached
  sides.reasoning = read(parts.reasoning_tokens) ?? sides.reasoning
}

/** `input_cached_tokens`, `input_cache_read`, `cache_read_input_tokens`; not what was written to a cache. */
const isCacheRead = (key: string): boolean => key.includes('cached') || key.includes('cache_read')

function sideOf(key: string): 'input' | 'output' | 'total' | undefined {
  if (key === 'total') return 'total'
  if (key.startsWith('input') || key.startsWith('cache_')) return 'input'
  return key.startsWith('output') ? 'output' : undefined
}

/** What LangSmith's `usage_metadata` says beyond the attributes beside it. */
export function langsmithDetails(value: unknown): Readonly<Sides> {
  const usage = json(value) as { [key: string]: { [key: string]: unknown } | undefined } | undefined
  if (usage === undefined) return NO_SIDES
  return {
    ...NO_SIDES,
    cached: tokens(usage['input_token_details']?.['cache_read']),
    reasoning: tokens(usage['output_token_details']?.['reasoning']),
  }
}

/** A cost by its parts; the total as reported, else of both parts; undefined where nothing is. */
export function costOf(
  input: number | undefined,
  output: number | undefined,
  total: number | undefined,
): SpanCost | undefined {
  if (total !== undefined) return { input, output, total }
  if (input === undefined && output === undefined) return undefined
  return { input, output, total: input !== undefined && output !== undefined ? input + output : undefined }
}
