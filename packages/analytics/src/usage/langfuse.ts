import { LANGFUSE_DETAILS, LANGFUSE_OPENAI_DETAILS } from './conventions-by-name.ts'
import { genAi } from './gen-ai.ts'
import { json } from './json.ts'
import { costOfParts, kindsOf, type ReportedUsage } from './reported-usage.ts'
import type { SpanCost } from './span-usage.ts'
import { type Attributes, dollars, noteUnclearTokens, text, tokens } from './values.ts'

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
  const model = text(a['langfuse.observation.model.name'])
  const own = langfuseTokens(a['langfuse.observation.usage_details'])
  const usage = own.input === undefined && own.output === undefined && own.total === undefined ? other : own
  return {
    ...other,
    kind: LANGFUSE_KINDS.get(a['langfuse.observation.type']) ?? other.kind,
    model: model ?? other.model,
    mayBeRequested: model !== undefined && model !== other.model,
    input: usage.input,
    output: usage.output,
    total: usage.total,
    cached: usage.cached,
    written: usage.written,
    writtenHour: usage.writtenHour,
    reasoning: usage.reasoning,
    convention: usage === own ? (own.isOpenAi ? LANGFUSE_OPENAI_DETAILS : LANGFUSE_DETAILS) : undefined,
    cost: langfuseCost(a['langfuse.observation.cost_details']) ?? other.cost,
    userId: text(a['langfuse.user.id']),
  }
}

function langfuseCost(value: unknown): SpanCost | undefined {
  const { input, output, total, other, isUnclear } = langfuseParts(value, dollars)
  if (total !== undefined) return { input, output, total }
  if (isUnclear) return undefined
  if (other === 0) return costOfParts(input, output, total)
  return { input, output, total: (input ?? 0) + (output ?? 0) + other }
}

/** Reads the tokens. A key that is not known may be a part of the others, or beside them, at any price. */
function langfuseTokens(value: unknown): Readonly<Parts> {
  const parts = langfuseParts(value, tokens)
  const { input = 0, output = 0, total, reasoningBeside, other, isUnclear } = parts
  const hidesReasoning = reasoningBeside > 0 && total !== input + output
  if (isUnclear || other > 0 || hidesReasoning) noteUnclearTokens()
  return parts
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
  /** The sum of reasoning under names that Langfuse does not have; the output may include it. */
  reasoningBeside: number
  /** The sum of all other keys that are not known. */
  other: number
  /** Whether a value is invalid, or one count has two values. */
  isUnclear: boolean
  /** Whether it is the usage of OpenAI's protocol, with its names. */
  isOpenAi: boolean
}

const NO_PARTS: Readonly<Parts> = {
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  written: undefined,
  writtenHour: undefined,
  reasoning: undefined,
  reasoningBeside: 0,
  other: 0,
  isUnclear: false,
  isOpenAi: false,
}

type Side = 'input' | 'output' | 'total'

/**
 * The names for the same count that Langfuse accepts: its own, those of the AI SDK and of OpenAI, and those of costs. The
 * first one that is there counts.
 */
const SIDE_NAMES: Readonly<Record<Side, readonly string[]>> = {
  input: ['input', 'inputTokens', 'input_tokens', 'promptTokens', 'prompt_tokens', 'inputCost', 'input_cost'],
  output: [
    'output',
    'outputTokens',
    'output_tokens',
    'completionTokens',
    'completion_tokens',
    'outputCost',
    'output_cost',
  ],
  total: ['total', 'totalTokens', 'total_tokens', 'totalCost', 'total_cost'],
}

const SIDES = Object.keys(SIDE_NAMES) as Side[]

const SIDE_OF: ReadonlyMap<string, Side> = new Map(
  SIDES.flatMap((side) => SIDE_NAMES[side].map((name) => [name, side] as const)),
)

type Details = Readonly<Record<string, unknown>>
type ReadNumber = (value: unknown) => number | undefined

/**
 * Reads Langfuse's `usage_details` or `cost_details`. Langfuse separates kinds of tokens (`input` excludes
 * `input_cached_tokens`), so the input and the output are sums of their kinds, and so is the usage of Anthropic's API.
 * The usage of OpenAI's API is read too; its details are already included in its counts.
 */
function langfuseParts(value: unknown, read: ReadNumber): Readonly<Parts> {
  const details = json(value) as Details | undefined
  if (details === undefined) return NO_PARTS
  const parts: Parts = { ...NO_PARTS }
  const again: string[] = []
  for (const [key, each] of Object.entries(details)) {
    const side = SIDE_OF.get(key)
    if (side !== undefined && key !== firstName(details, side)) again.push(key)
    else if (key.endsWith('_details')) readOpenAiDetails(parts, each, read)
    else if (key === 'cache_creation') readLifetimes(parts, each, details, read)
    else addPart(parts, key, side ?? sideOf(key), each, read)
  }
  parts.isOpenAi ||= details['prompt_tokens'] !== undefined && details['completion_tokens'] !== undefined
  for (const key of again) compare(parts, key, details, read)
  return parts
}

const firstName = (details: Details, side: Side): string | undefined =>
  SIDE_NAMES[side].find((name) => details[name] !== undefined && details[name] !== null)

function addPart(parts: Parts, key: string, side: Side | undefined, value: unknown, read: ReadNumber): void {
  // What is no number under a name that is not known is no count, such as the tier of the service.
  if (side === undefined && read === tokens && typeof value !== 'number') return
  const number = read(value)
  if (number === undefined) {
    if (value !== null) parts.isUnclear = true
  } else if (side === undefined) {
    if (key.startsWith('reasoning') && read === tokens) parts.reasoningBeside += number
    else parts.other += number
  } else {
    parts[side] = (parts[side] ?? 0) + number
    if (side === 'input') addCache(parts, key, number)
    if (side === 'output' && key.includes('reasoning')) parts.reasoning = (parts.reasoning ?? 0) + number
  }
}

/** Compares a count with the same one under another name, which may include the details that Langfuse separates. */
function compare(parts: Parts, key: string, details: Details, read: ReadNumber): void {
  const side = SIDE_OF.get(key) as Side
  const number = read(details[key])
  const first = details[firstName(details, side) as string]
  if (details[key] === null || (number !== undefined && (number === first || number === parts[side]))) return
  parts.isUnclear = true
  if (side === 'total') parts.total = undefined
}

function addCache(parts: Parts, key: string, number: number): void {
  if (key.includes('cache_creation') || key.includes('cache_write')) {
    parts.written = (parts.written ?? 0) + number
    if (key.includes('1h')) parts.writtenHour = (parts.writtenHour ?? 0) + number
  } else if (key.includes('cached') || key.includes('cache_read')) {
    parts.cached = (parts.cached ?? 0) + number
  }
}

/** The details that are parts of OpenAI's counts at the same price. */
const SAME_PRICE: ReadonlySet<string> = new Set([
  'text_tokens',
  'image_tokens',
  'accepted_prediction_tokens',
  'rejected_prediction_tokens',
])

/**
 * Reads OpenAI's `prompt_tokens_details` and `completion_tokens_details`, with what OpenRouter adds. Others, such as audio,
 * have other prices.
 */
function readOpenAiDetails(parts: Parts, value: unknown, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  parts.isOpenAi = true
  for (const [key, each] of Object.entries(value)) {
    if (key === 'cached_tokens') parts.cached = read(each)
    else if (key === 'cache_write_tokens') parts.written = read(each)
    else if (key === 'reasoning_tokens') parts.reasoning = read(each)
    else if (!SAME_PRICE.has(key) && typeof each === 'number' && each > 0) parts.isUnclear = true
  }
}

/** Reads Anthropic's `cache_creation`, whose sum is `cache_creation_input_tokens`. */
function readLifetimes(parts: Parts, value: unknown, details: Details, read: ReadNumber): void {
  if (typeof value !== 'object' || value === null) return
  const { ephemeral_5m_input_tokens: brief, ephemeral_1h_input_tokens: hour } = value as Details
  parts.writtenHour = read(hour)
  const written = (read(brief) ?? 0) + (parts.writtenHour ?? 0)
  if ('cache_creation_input_tokens' in details) return
  parts.input = (parts.input ?? 0) + written
  parts.written = written
}

function sideOf(key: string): Side | undefined {
  if (key.startsWith('input') || key.startsWith('cache_')) return 'input'
  return key.startsWith('output') ? 'output' : undefined
}
