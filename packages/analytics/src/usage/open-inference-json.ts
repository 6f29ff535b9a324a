import {
  LANGCHAIN_ANTHROPIC_STREAMED,
  LANGCHAIN_GOOGLE,
  LANGCHAIN_GOOGLE_GENAI,
  LANGCHAIN_GOOGLE_GENAI_STREAMED,
  OPENINFERENCE_ANSWER,
} from './conventions-by-name.ts'
import { findObject, json } from './json.ts'
import type { ReportedUsage } from './reported-usage.ts'
import { type ModelRules, rulesOf } from './usage-convention.ts'
import { type Attributes, text, tokens } from './values.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads what OpenInference leaves in JSON only: the ID of the answer, the model of LangChain's Google packages and of
 * Bedrock, and what Claude wrote to a cache, which is in the answer. Returns only what is there.
 */
export function openInferenceJson(a: Attributes, usage: ReportedUsage): Partial<ReportedUsage> {
  const metadata = a['metadata']
  const isLangChain = typeof metadata === 'string' && metadata.includes('"ls_provider"')
  const output = a['output.value']
  const found = {
    ...(isLangChain ? langChain(a, metadata, usage) : bedrockModel(a, usage)),
    ...(namesModel(output, usage) ? { mayBeRequested: false } : {}),
    responseId: responseIdIn(output),
  }
  const model = rulesOf(found.model ?? usage.model, found.requestModel ?? usage.requestModel)
  if (usage.input === undefined || !hasCacheApart(model)) return found
  return { ...found, ...cacheOf(output, usage.input) }
}

/** The IDs of Chat Completions, Responses and Anthropic's messages. */
const RESPONSE_ID = /"id":"((?:chatcmpl-|resp_|msg_)[\w-]+)"/

/** The longest answer that is searched for its ID, in characters. */
const ANSWER_MAX_LENGTH = 65_536

const responseIdIn = (output: unknown): string | undefined =>
  typeof output === 'string' ? RESPONSE_ID.exec(output.slice(0, ANSWER_MAX_LENGTH))?.[1] : undefined

/** Whether an answer of Azure names the model, which is then no deployment. Elsewhere both cost the same. */
const namesModel = (output: unknown, { model, provider }: ReportedUsage): boolean =>
  provider === 'azure' &&
  typeof output === 'string' &&
  output.slice(0, ANSWER_MAX_LENGTH).includes(`"model":"${model}"`)

/** OpenInference shortens the model of Bedrock's inference profiles to the vendor. */
const hasCacheApart = ({ name, countsCacheApart }: ModelRules): boolean =>
  countsCacheApart || name === 'anthropic'

function langChain(a: Attributes, metadata: string, usage: ReportedUsage): Partial<ReportedUsage> {
  const found = usage.model === undefined ? modelOf(metadata) : {}
  const isWhole = isWholeMessage(a['output.value'])
  // Only the answer tells whether it was streamed.
  if (metadata.includes('"ls_provider":"anthropic"') && !isWhole)
    return { ...found, convention: LANGCHAIN_ANTHROPIC_STREAMED }
  if (metadata.includes('"@langchain/google":')) return { ...found, convention: LANGCHAIN_GOOGLE }
  if (!metadata.includes('"@langchain/google-genai":')) return found
  if (usage.cached === undefined || isWhole) return { ...found, convention: LANGCHAIN_GOOGLE_GENAI }
  // A streamed message adds up the cache of each chunk, and that is the same one.
  return { ...found, cached: undefined, convention: LANGCHAIN_GOOGLE_GENAI_STREAMED }
}

function modelOf(metadata: string): Partial<ReportedUsage> {
  const fields = json(metadata) as { ls_model_name?: unknown; ls_provider?: unknown } | undefined
  return { requestModel: text(fields?.ls_model_name), provider: text(fields?.ls_provider) }
}

const isWholeMessage = (output: unknown): boolean =>
  typeof output === 'string' && output.includes('"AIMessage"]')

const MODEL_ID = /^\{"modelId":"([^"\\]+)"/

function bedrockModel(a: Attributes, { provider }: ReportedUsage): Partial<ReportedUsage> {
  const request = a['input.value']
  if (provider !== 'aws' || typeof request !== 'string') return {}
  const model = MODEL_ID.exec(request)?.[1]
  return model === undefined ? {} : { model }
}

/** Reads the usage of Anthropic's or Bedrock's API in an answer, if its input is that of the span. */
const cacheOf = (output: unknown, input: number): Partial<ReportedUsage> =>
  findObject(output, 'usage', (usage) => cacheIn(usage, input)) ??
  findObject(output, 'usage_metadata', (usage) => langChainCache(usage, input)) ??
  {}

function cacheIn(usage: Fields, input: number): Partial<ReportedUsage> | undefined {
  const cached = tokens(usage['cache_read_input_tokens'] ?? usage['cacheReadInputTokens'])
  const written = tokens(usage['cache_creation_input_tokens'] ?? usage['cacheWriteInputTokens'])
  const apart = tokens(usage['input_tokens'] ?? usage['inputTokens'])
  if (cached === undefined || written === undefined) return undefined
  // A message that LangChain streamed leaves the input out.
  if (apart === undefined)
    return cached + written <= input ? { cached, written, writtenHour: hourOf(usage) } : undefined
  const whole = apart + cached + written
  if (input !== apart && input !== whole) return undefined
  return { input: whole, cached, written, writtenHour: hourOf(usage), convention: OPENINFERENCE_ANSWER }
}

function hourOf(usage: Fields): number | undefined {
  const lifetimes = usage['cache_creation'] as Fields | null | undefined
  const details = usage['cacheDetails']
  const hour = Array.isArray(details) ? details.find((each) => each?.ttl === '1h')?.inputTokens : undefined
  return tokens(lifetimes?.['ephemeral_1h_input_tokens'] ?? hour)
}

function langChainCache(usage: Fields, input: number): Partial<ReportedUsage> | undefined {
  const { input_tokens: reported, output_tokens: output, total_tokens: total } = usage
  // The total of Bedrock shows that LangChain passes on an input without the cache.
  if (reported !== input || typeof output !== 'number' || total !== input + output) return undefined
  const details = usage['input_token_details'] as Fields | null | undefined
  const written = tokens(details?.['cache_creation'])
  return written === undefined ? undefined : { cached: tokens(details?.['cache_read']), written }
}
