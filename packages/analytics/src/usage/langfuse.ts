import { LANGFUSE_DETAILS } from './conventions-by-name.ts'
import { genAi } from './gen-ai.ts'
import { json } from './json.ts'
import { costOfParts, kindsOf, type ReportedUsage } from './reported-usage.ts'
import type { SpanCost } from './span-usage.ts'
import { type Attributes, dollars, text, tokens } from './values.ts'

/** The kinds in `langfuse.observation.type`. A `span` or an `event` may be of any kind. */
const LANGFUSE_KINDS = kindsOf({
  generation: 'llm',
  tool: 'tool',
  agent: 'agent',
  retriever: 'retrieval',
  embedding: 'embedding',
  chain: 'other',
  evaluator: 'other',
  guardrail: 'other',
})

/** Reads Langfuse, which reads GenAI names too where its own are missing. */
export function langfuse(a: Attributes): ReportedUsage {
  const other = genAi(a)
  const own = langfuseParts(a['langfuse.observation.usage_details'], tokens)
  const usage = own.input === undefined && own.output === undefined && own.total === undefined ? other : own
  return {
    ...other,
    kind: LANGFUSE_KINDS.get(a['langfuse.observation.type']) ?? other.kind,
    model: text(a['langfuse.observation.model.name']) ?? other.model,
    input: usage.input,
    output: usage.output,
    total: usage.total,
    cached: usage.cached,
    written: usage.written,
    writtenHour: usage.writtenHour,
    reasoning: usage.reasoning,
    convention: usage === own ? LANGFUSE_DETAILS : undefined,
    cost: langfuseCost(a['langfuse.observation.cost_details']) ?? other.cost,
    userId: text(a['langfuse.user.id']),
  }
}

function langfuseCost(value: unknown): SpanCost | undefined {
  const { input, output, total } = langfuseParts(value, dollars)
  return costOfParts(input, output, total)
}

/** The parts of a usage or a cost that is on a span as JSON. A part that is not reported is undefined. */
interface Parts {
  input: number | undefined
  output: number | undefined
  total: number | undefined
  cached: number | undefined
  written: number | undefined
  writtenHour: number | undefined
  reasoning: number | undefined
}

const NO_PARTS: Readonly<Parts> = {
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  written: undefined,
  writtenHour: undefined,
  reasoning: undefined,
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

type ReadNumber = (value: unknown) => number | undefined

/**
 * Reads Langfuse's `usage_details` or `cost_details`. Langfuse separates kinds of tokens (`input` excludes
 * `input_cached_tokens`), so the input and the output are sums of their kinds, and so is the usage of Anthropic's API.
 * The usage of OpenAI's API is read too; its details are already included in its counts.
 */
function langfuseParts(value: unknown, read: ReadNumber): Readonly<Parts> {
  const details = json(value)
  if (details === undefined) return NO_PARTS
  const parts: Parts = { ...NO_PARTS }
  for (const [key, each] of Object.entries(details)) {
    const other = OTHER_NAMES.get(key)
    // The same count under two names.
    if (other !== undefined && Object.hasOwn(details, other)) continue
    if (key.endsWith('_details')) {
      readOpenAiDetails(parts, each, read)
      continue
    }
    if (key === 'cache_creation') {
      readLifetimes(parts, each, read)
      continue
    }
    const part = other ?? partOf(key)
    const number = part && read(each)
    if (part === undefined || number === undefined) continue
    parts[part] = (parts[part] ?? 0) + number
    if (part === 'input') addCache(parts, key, number)
    if (part === 'output' && key.includes('reasoning')) parts.reasoning = (parts.reasoning ?? 0) + number
  }
  return parts
}

function addCache(parts: Parts, key: string, number: number): void {
  if (key.includes('cache_creation') || key.includes('cache_write')) {
    parts.written = (parts.written ?? 0) + number
    if (key.includes('1h')) parts.writtenHour = (parts.writtenHour ?? 0) + number
  } else if (key.includes('cached') || key.includes('cache_read')) {
    parts.cached = (parts.cached ?? 0) + number
  }
}

/** Reads OpenAI's `prompt_tokens_details` and `completion_tokens_details`. */
function readOpenAiDetails(parts: Parts, value: unknown, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  const details = value as { cached_tokens?: unknown; reasoning_tokens?: unknown }
  parts.cached = read(details.cached_tokens) ?? parts.cached
  parts.reasoning = read(details.reasoning_tokens) ?? parts.reasoning
}

/** Reads Anthropic's `cache_creation`, whose sum is `cache_creation_input_tokens`. */
function readLifetimes(parts: Parts, value: unknown, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  parts.writtenHour = read((value as { ephemeral_1h_input_tokens?: unknown }).ephemeral_1h_input_tokens)
}

function partOf(key: string): 'input' | 'output' | 'total' | undefined {
  if (key === 'total') return 'total'
  if (key.startsWith('input') || key.startsWith('cache_')) return 'input'
  return key.startsWith('output') ? 'output' : undefined
}
