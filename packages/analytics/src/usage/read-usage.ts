// Usage: what one span reports about its work. `families.ts` finds the family of conventions, whose file reads the
// attributes into a `ReportedUsage`. `whole-tokens.ts` then decides which counts include others, by the table of scopes in
// `convention-table.ts` or by what attributes and JSON say (`conventions-by-name.ts`). `values.ts` reads a single value,
// `json.ts` finds one in JSON, and `span-usage.ts` has the types. Applications call `readSpanUsage`, the span counter
// `readUsage`.

import { readFamilyUsage } from './families.ts'
import { NO_USAGE, type ReportedUsage } from './reported-usage.ts'
import type { SpanUsage, UsageSpan, WorkKind } from './span-usage.ts'
import {
  areTokensUnclear,
  ignoredCount,
  isCostUnclear,
  NAME_MAX_LENGTH,
  resetIgnored,
  strings,
  text,
} from './values.ts'
import { wholeTokens } from './whole-tokens.ts'

/**
 * Reads what a span reports about its work: kind, model, tokens, cost, error, user, tags and environment. It knows the
 * attributes of OpenTelemetry's GenAI conventions, OpenInference, OpenLLMetry, the AI SDK, Langfuse, LangSmith and Mastra.
 *
 * The result is about this span only. Many frameworks report the same usage on a span and on its parent, so a sum over
 * all spans counts it twice; `SessionAnalytics` counts it once.
 *
 * Never throws. The result for a span that cannot be read has the kind `other` and no values.
 */
export function readSpanUsage(span: UsageSpan): SpanUsage {
  try {
    return readUsage(span)
  } catch {
    return usageOf(NO_SPAN, NO_USAGE, 'other')
  }
}

/** Reads a span as `readSpanUsage` does, but throws if it cannot be read, so that it can be counted as unreadable. */
export function readUsage(span: UsageSpan): SpanUsage {
  resetIgnored()
  const family = readFamilyUsage(span.attributes)
  return family === undefined ? usageOf(span, NO_USAGE, 'other') : usageOf(span, family, kindOfFamily(family))
}

const NO_SPAN: UsageSpan = { attributes: {} }

/** A span without a kind that has a model, and tokens or a cost, is an LLM call. */
const kindOfFamily = ({ kind, model, requestModel, input, output, cost }: ReportedUsage): WorkKind =>
  kind ?? ((model ?? requestModel) !== undefined && (input ?? output ?? cost) !== undefined ? 'llm' : 'other')

/** Langfuse reports a cost of 0 for a call without usage, such as one that failed; that is no known cost. */
const hasWork = ({ cost, input, output, total }: ReportedUsage): boolean =>
  cost?.total !== 0 || (input ?? output ?? total) !== undefined

function usageOf(span: UsageSpan, reported: ReportedUsage, kind: WorkKind): SpanUsage {
  const a = span.attributes
  const model = reported.model ?? reported.requestModel
  const { input, output, total, undecided } = wholeTokens(reported, kind, span)
  const hasCounts = (input ?? output ?? total) !== undefined
  // Before `lifetime`, for which an option can decide.
  const isUnclear =
    hasCounts && (areTokensUnclear() || (isCostUnclear() && reported.cost?.total === undefined))
  return {
    kind,
    model,
    requestModel: requestModelOf(reported, model),
    responseId: reported.responseId,
    provider: reported.provider,
    inputTokens: input,
    outputTokens: output,
    totalTokens: total,
    cachedInputTokens: reported.cached,
    cacheWriteTokens: reported.written,
    cacheWriteHourTokens: reported.writtenHour,
    reasoningTokens: reported.reasoning,
    undecided: isUnclear ? 'total' : undecided,
    callIfNoneBelow: reported.callIfNoneBelow,
    isStopped: reported.isStopped,
    cost: hasWork(reported) ? reported.cost : undefined,
    error: span.status?.code === 2,
    userId: text(a['user.id']) ?? text(a['enduser.id']) ?? reported.userId,
    tags: strings(a['tag.tags']) ?? strings(a['langfuse.trace.tags']),
    environment: text(a['langfuse.environment']) ?? environmentOf(span.resource),
    ignored: ignoredCount(),
  }
}

/** The requested model; none if the response is known to name the same. */
function requestModelOf(reported: ReportedUsage, model: string | undefined): string | undefined {
  const isAnswered = reported.model !== undefined && !reported.mayBeRequested
  if (!isAnswered) return reported.requestModel ?? model
  return reported.requestModel === model ? undefined : reported.requestModel
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
  'cacheWriteTokens',
  'cacheWriteHourTokens',
  'reasoningTokens',
] as const

const NAME_FIELDS = ['model', 'requestModel', 'responseId'] as const

const isSummable = (count: number | undefined): boolean =>
  count === undefined || (Number.isInteger(count) && count <= TOKENS_MAX)

const isNameKept = (name: string | undefined): boolean => name === undefined || name.length <= NAME_MAX_LENGTH

/**
 * Removes from a usage what totals cannot keep: token counts that cannot be summed exactly (fractions, and counts that
 * no model ever had), and names of models and response IDs that are too long. Without a count, the cost is unknown.
 */
export function summableUsage(usage: SpanUsage): SpanUsage {
  // Written out, because it runs for each span.
  if (
    isNameKept(usage.model) &&
    isNameKept(usage.requestModel) &&
    isNameKept(usage.responseId) &&
    isSummable(usage.inputTokens) &&
    isSummable(usage.outputTokens) &&
    isSummable(usage.totalTokens) &&
    isSummable(usage.cachedInputTokens) &&
    isSummable(usage.cacheWriteTokens) &&
    isSummable(usage.cacheWriteHourTokens) &&
    isSummable(usage.reasoningTokens)
  ) {
    return usage
  }
  const counts = TOKEN_FIELDS.filter((field) => !isSummable(usage[field]))
  const names = NAME_FIELDS.filter((field) => !isNameKept(usage[field]))
  const removed = [...counts, ...names]
  // The name of a model that is both is one value.
  const isTwice = names.includes('model') && usage.model === usage.requestModel
  const cleared = Object.fromEntries(removed.map((field) => [field, undefined]))
  const undecided = counts.length > 0 ? 'total' : usage.undecided
  return { ...usage, ...cleared, undecided, ignored: usage.ignored + removed.length - (isTwice ? 1 : 0) }
}
