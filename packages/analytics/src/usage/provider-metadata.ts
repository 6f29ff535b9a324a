import { OPENROUTER_USAGE, PROVIDERS_USAGE } from './conventions-by-name.ts'
import { findObject, json, jsonMember } from './json.ts'
import { costOfParts, type ReportedUsage } from './reported-usage.ts'
import type { SpanCost } from './span-usage.ts'
import { dollars, noteUnclearCost, tokens } from './values.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads what the AI SDK's providers add to the usage, from the JSON of `ai.response.providerMetadata`: the usage that
 * Anthropic and Google report, which AI SDK 5 does not pass on whole, what Bedrock wrote to a cache, and the cost that
 * OpenRouter reports. Returns only what is there.
 */
export function providerMetadata(value: unknown, usage: ReportedUsage): Partial<ReportedUsage> {
  if (typeof value !== 'string') return {}
  const anthropic = usageIn(value, 'anthropic', 'usage')
  if (anthropic !== undefined) return anthropicUsage(anthropic)
  const google = usageIn(value, 'google', 'usageMetadata') ?? usageIn(value, 'vertex', 'usageMetadata')
  if (google !== undefined) return googleUsage(google)
  const openrouter = usageIn(value, 'openrouter', 'usage')
  if (openrouter !== undefined) return openrouterUsage(openrouter, usage)
  const bedrock = usageIn(value, 'bedrock', 'usage')
  return bedrock === undefined ? {} : bedrockWritten(bedrock, usage)
}

/** The object under a provider's name, also in JSON that is too long to be parsed, or cut. */
function usageIn(value: string, provider: string, name: string): Fields | undefined {
  if (!value.includes(`"${provider}"`)) return undefined
  const whole = json(value) as Readonly<Record<string, Fields | undefined>> | undefined
  const usage = whole === undefined ? jsonMember(value, provider, name) : whole[provider]?.[name]
  return typeof usage === 'object' && usage !== null ? (usage as Fields) : undefined
}

/** Anthropic counts what was read from and written to a cache apart. The output is left to the SDK, as it may be early. */
function anthropicUsage(usage: Fields): Partial<ReportedUsage> {
  const input = tokens(usage['input_tokens'])
  if (input === undefined) return {}
  const cached = tokens(usage['cache_read_input_tokens'])
  const written = tokens(usage['cache_creation_input_tokens'])
  const lifetimes = usage['cache_creation'] as Fields | null | undefined
  return {
    input: input + (cached ?? 0) + (written ?? 0),
    cached,
    written,
    writtenHour: tokens(lifetimes?.['ephemeral_1h_input_tokens']),
    total: undefined,
    convention: PROVIDERS_USAGE,
  }
}

/** Google counts thoughts and the prompts of its tools apart. */
function googleUsage(usage: Fields): Partial<ReportedUsage> {
  const prompt = tokens(usage['promptTokenCount'])
  const total = tokens(usage['totalTokenCount'])
  const thoughts = tokens(usage['thoughtsTokenCount'])
  const candidates = tokens(usage['candidatesTokenCount'])
  if (prompt === undefined || (candidates ?? thoughts) === undefined) return {}
  const output = (candidates ?? 0) + (thoughts ?? 0)
  // AI SDK 5 leaves the prompts of tools out of the metadata, but not out of the total.
  const rest = Math.max(0, (total ?? 0) - prompt - output)
  return {
    input: prompt + (tokens(usage['toolUsePromptTokenCount']) ?? rest),
    output,
    total,
    cached: tokens(usage['cachedContentTokenCount']),
    reasoning: thoughts,
    convention: PROVIDERS_USAGE,
  }
}

/** What Bedrock wrote says nothing about what it read, which `generateText` of AI SDK 5 leaves out. */
function bedrockWritten(
  fields: Fields,
  { input = 0, output = 0, total, cached }: ReportedUsage,
): Partial<ReportedUsage> {
  const written = tokens(fields['cacheWriteInputTokens'])
  if (written === undefined) return {}
  return cached !== undefined || total === input + output + written ? { written } : {}
}

/** Reads Google's usage in the answer that Google's ADK serializes, if its prompt is the input of the span. */
export const adkUsage = (answer: unknown, { input }: ReportedUsage): Partial<ReportedUsage> =>
  findObject(answer, 'usageMetadata', (usage) =>
    input !== undefined && usage['promptTokenCount'] === input ? googleUsage(usage) : undefined,
  ) ?? {}

/** OpenRouter includes the cache and reasoning, and reports the cost. What was written to a cache is not there. */
function openrouterUsage(usage: Fields, { input, output }: ReportedUsage): Partial<ReportedUsage> {
  const prompt = usage['promptTokensDetails'] as Fields | null | undefined
  const completion = usage['completionTokensDetails'] as Fields | null | undefined
  const cost = openrouterCost(usage)
  return {
    ...(cost === undefined ? {} : { cost }),
    input: tokens(usage['promptTokens']) ?? input,
    output: tokens(usage['completionTokens']) ?? output,
    total: tokens(usage['totalTokens']),
    cached: tokens(prompt?.['cachedTokens']),
    reasoning: tokens(completion?.['reasoningTokens']),
    convention: OPENROUTER_USAGE,
  }
}

/** OpenRouter takes 5 % of the bill of one's own provider, or nothing. What is well above is no such fee. */
const FEE_MAX = 0.1

/**
 * Reads what OpenRouter charged. With one's own key at a provider that is a fee, and the bill of the provider comes on top;
 * with OpenRouter's key the charge is the bill. The AI SDK's provider leaves out which key it was, so the numbers decide.
 */
function openrouterCost(usage: Fields): SpanCost | undefined {
  const details = usage['costDetails'] as Fields | null | undefined
  const bill = details?.['upstreamInferenceCost']
  const [charged, billed] = [dollars(usage['cost']), dollars(bill)]
  const hasNoBill = (bill ?? 0) === 0 || billed === charged
  if (hasNoBill) return costOfParts(undefined, undefined, charged)
  if (charged !== undefined && billed !== undefined && charged <= billed * FEE_MAX)
    return costOfParts(undefined, undefined, charged + billed)
  noteUnclearCost()
  return undefined
}
