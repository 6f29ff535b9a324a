import { ownValue } from '@otel-sessions/semconv/internal'
import type { SpanCost, UsageSpan } from './usage.ts'

/** What Langfuse's two JSON attributes say. */
export interface LangfuseDetails {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly totalTokens: number | undefined
  readonly cachedInputTokens: number | undefined
  readonly reasoningTokens: number | undefined
  readonly cost: SpanCost | undefined
  readonly ignored: number
}

/** What a span without them says. */
export const NO_DETAILS: LangfuseDetails = {
  inputTokens: undefined,
  outputTokens: undefined,
  totalTokens: undefined,
  cachedInputTokens: undefined,
  reasoningTokens: undefined,
  cost: undefined,
  ignored: 0,
}

export const USAGE_DETAILS = 'langfuse.observation.usage_details'
export const COST_DETAILS = 'langfuse.observation.cost_details'

/** Characters. What is longer than any usage is not parsed. */
const JSON_MAX_LENGTH = 4096

/** Langfuse keeps kinds of tokens apart (`input` without `input_cached_tokens`), so a side is the sum of its kinds. */
export function readLangfuseDetails(attributes: UsageSpan['attributes']): LangfuseDetails {
  const usage = readSides(ownValue(attributes, USAGE_DETAILS))
  const cost = readSides(ownValue(attributes, COST_DETAILS))
  if (usage === undefined && cost === undefined) return NO_DETAILS
  return {
    inputTokens: usage?.input,
    outputTokens: usage?.output,
    totalTokens: usage?.total,
    cachedInputTokens: usage?.cached,
    reasoningTokens: usage?.reasoning,
    cost: cost && costOf(cost),
    ignored: (usage?.ignored ?? 0) + (cost?.ignored ?? 0),
  }
}

interface Sides {
  input: number | undefined
  output: number | undefined
  total: number | undefined
  cached: number | undefined
  reasoning: number | undefined
  ignored: number
}

function readSides(json: unknown): Sides | undefined {
  if (typeof json !== 'string' || json.length > JSON_MAX_LENGTH) return undefined
  const parsed = parse(json)
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const sides: Sides = {
    input: undefined,
    output: undefined,
    total: undefined,
    cached: undefined,
    reasoning: undefined,
    ignored: 0,
  }
  for (const [key, value] of Object.entries(parsed)) add(sides, key, value)
  return sides
}

function add(sides: Sides, key: string, value: unknown): void {
  const side = sideOf(key)
  if (side === undefined || value === null) return
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    sides.ignored++
    return
  }
  sides[side] = (sides[side] ?? 0) + value
  if (side === 'input' && /cache(d|_read)/.test(key)) sides.cached = (sides.cached ?? 0) + value
  if (side === 'output' && key.includes('reasoning')) sides.reasoning = (sides.reasoning ?? 0) + value
}

function sideOf(key: string): 'input' | 'output' | 'total' | undefined {
  if (key === 'total') return 'total'
  if (key.startsWith('input') || key.startsWith('cache_')) return 'input'
  return key.startsWith('output') ? 'output' : undefined
}

function costOf({ input, output, total }: Sides): SpanCost | undefined {
  const known = total ?? (input === undefined || output === undefined ? undefined : input + output)
  return input === undefined && output === undefined && known === undefined
    ? undefined
    : { input, output, total: known }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
