// Usage: what one span reports about its work. `families.ts` knows the attributes of each family of conventions,
// `json-usage.ts` usage inside JSON, `values.ts` how a single value is read, `span-usage.ts` the types.
// The span counter and applications call `readSpanUsage`; it calls the families, and these the other files.

import { type FamilyUsage, readFamilyUsage } from './families.ts'
import type { SpanUsage, UsageSpan, WorkKind } from './span-usage.ts'
import { ignoredCount, NAME_MAX_LENGTH, resetIgnored, strings, text } from './values.ts'

/**
 * Reads what a span reports about its work: kind, model, tokens, cost, error, user, tags and environment. It knows the
 * attributes of OpenTelemetry's GenAI conventions, OpenInference, OpenLLMetry, the AI SDK and Langfuse.
 *
 * The result is about this span only. Many frameworks report the same usage on a span and on its parent, so a sum over
 * all spans counts it twice; `SessionAnalytics` counts it once.
 *
 * Never throws. The result for a span that cannot be read has the kind `other` and no values.
 */
export function readSpanUsage(span: UsageSpan): SpanUsage {
  resetIgnored()
  try {
    const family = readFamilyUsage(span.attributes)
    return family === undefined
      ? usageOf(span, NO_FAMILY, 'other')
      : usageOf(span, family, kindOfFamily(family))
  } catch {
    return usageOf(NO_SPAN, NO_FAMILY, 'other')
  }
}

const NO_SPAN: UsageSpan = { attributes: {} }

const NO_FAMILY: FamilyUsage = {
  kind: undefined,
  model: undefined,
  provider: undefined,
  input: undefined,
  output: undefined,
  total: undefined,
  cached: undefined,
  reasoning: undefined,
  cost: undefined,
  userId: undefined,
}

/** A span without a kind that has a model, and tokens or a cost, is an LLM call. */
const kindOfFamily = ({ kind, model, input, output, cost }: FamilyUsage): WorkKind =>
  kind ?? (model !== undefined && (input ?? output ?? cost) !== undefined ? 'llm' : 'other')

function usageOf(span: UsageSpan, family: FamilyUsage, kind: WorkKind): SpanUsage {
  const a = span.attributes
  const { output, cached } = family
  const input = withCached(family.input, cached)
  const total = withAdded(family.total, (input ?? 0) - (family.input ?? 0), input, output)
  return {
    kind,
    model: family.model,
    requestModel: undefined,
    responseId: undefined,
    provider: family.provider,
    inputTokens: input,
    outputTokens: output,
    totalTokens: total ?? (input !== undefined && output !== undefined ? input + output : undefined),
    cachedInputTokens: cached,
    cacheWriteTokens: undefined,
    cacheWriteHourTokens: undefined,
    reasoningTokens: family.reasoning,
    undecided: undefined,
    callIfNoneBelow: false,
    cost: family.cost,
    error: span.status?.code === 2,
    userId: text(a['user.id']) ?? text(a['enduser.id']) ?? family.userId,
    tags: strings(a['tag.tags']) ?? strings(a['langfuse.trace.tags']),
    environment: text(a['langfuse.environment']) ?? environmentOf(span.resource),
    ignored: ignoredCount(),
  }
}

/**
 * Adds cached tokens to the input if they are not included. All conventions include them; more cached tokens than input
 * tokens show that the numbers are those of Anthropic's API, which separates them.
 */
function withCached(input: number | undefined, cached: number | undefined): number | undefined {
  return input !== undefined && cached !== undefined && cached > input ? input + cached : input
}

/** Adds to a reported total what was added to the input, unless the total includes it already. */
function withAdded(
  total: number | undefined,
  added: number,
  input: number | undefined,
  output: number | undefined,
): number | undefined {
  if (total === undefined || added === 0) return total
  return total < (input ?? 0) + (output ?? 0) ? total + added : total
}

let lastResource: UsageSpan['resource']
let lastEnvironment: string | undefined

/** Reads the environment of a resource and caches it, because all spans of a provider share one resource. */
function environmentOf(resource: UsageSpan['resource']): string | undefined {
  if (resource === undefined) return undefined
  if (resource === lastResource) return lastEnvironment
  // SDK 2 logs an error each time that attributes are read before all are resolved.
  if (resource.asyncAttributesPending === true) return undefined
  const a = resource.attributes
  lastEnvironment = text(a['deployment.environment.name']) ?? text(a['deployment.environment'])
  lastResource = resource
  return lastEnvironment
}

/** The highest count of tokens that a span may report. Millions of such spans still add up exactly. */
const TOKENS_MAX = 2 ** 32

const TOKEN_FIELDS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cachedInputTokens',
  'reasoningTokens',
] as const

const isSummable = (count: number | undefined): boolean =>
  count === undefined || (Number.isInteger(count) && count <= TOKENS_MAX)

const isModelKept = (model: string | undefined): boolean =>
  model === undefined || model.length <= NAME_MAX_LENGTH

/**
 * Removes from a usage what totals cannot keep: token counts that cannot be summed exactly (fractions, and counts that
 * no model ever had), and a model name that is too long.
 */
export function summableUsage(usage: SpanUsage): SpanUsage {
  // Written out, because it runs for each span.
  if (
    isModelKept(usage.model) &&
    isSummable(usage.inputTokens) &&
    isSummable(usage.outputTokens) &&
    isSummable(usage.totalTokens) &&
    isSummable(usage.cachedInputTokens) &&
    isSummable(usage.reasoningTokens)
  ) {
    return usage
  }
  const removed: (keyof SpanUsage)[] = TOKEN_FIELDS.filter((field) => !isSummable(usage[field]))
  if (!isModelKept(usage.model)) removed.push('model')
  const cleared = Object.fromEntries(removed.map((field) => [field, undefined]))
  return { ...usage, ...cleared, ignored: usage.ignored + removed.length }
}
