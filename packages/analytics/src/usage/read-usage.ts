import { readWork, type Work } from './families.ts'
import type { SpanUsage, UsageSpan, WorkKind } from './span-usage.ts'
import { ignoredSoFar, startCounting, strings, text } from './values.ts'

/**
 * What a span says about the work it stands for: kind, model, tokens, cost, error, user, tags, environment. Reads the
 * attributes of OpenTelemetry's GenAI conventions, OpenInference, OpenLLMetry, the AI SDK and Langfuse.
 *
 * It says what is on this span only. Frameworks report the same usage on a span and on its parent, too, so adding up
 * all spans counts twice; `SessionAnalytics` does not.
 *
 * Never throws, whatever the span is: one that cannot be read did `other` work, and says nothing.
 */
export function readSpanUsage(span: UsageSpan): SpanUsage {
  startCounting()
  try {
    const work = readWork(span.attributes)
    return work === undefined ? usageOf(span, NO_WORK, 'other') : usageOf(span, work, kindOfWork(work))
  } catch {
    return usageOf(NO_SPAN, NO_WORK, 'other')
  }
}

const NO_SPAN: UsageSpan = { attributes: {} }

const NO_WORK: Work = {
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

/** What has a model, and tokens or a cost, and says no kind, is a call of the model. */
const kindOfWork = ({ kind, model, input, output, cost }: Work): WorkKind =>
  kind ?? (model !== undefined && (input ?? output ?? cost) !== undefined ? 'llm' : 'other')

function usageOf(span: UsageSpan, work: Work, kind: WorkKind): SpanUsage {
  const a = span.attributes
  const { output, cached } = work
  const input = withCached(work.input, cached)
  const total = withAdded(work.total, (input ?? 0) - (work.input ?? 0), input, output)
  return {
    kind,
    model: work.model,
    provider: work.provider,
    inputTokens: input,
    outputTokens: output,
    totalTokens: total ?? (input !== undefined && output !== undefined ? input + output : undefined),
    cachedInputTokens: cached,
    reasoningTokens: work.reasoning,
    cost: work.cost,
    error: span.status?.code === 2,
    userId: text(a['user.id']) ?? text(a['enduser.id']) ?? work.userId,
    tags: strings(a['tag.tags']) ?? strings(a['langfuse.trace.tags']),
    environment: text(a['langfuse.environment']) ?? environmentOf(span.resource),
    ignored: ignoredSoFar(),
  }
}

/**
 * All conventions count cached tokens as a part of the input. Where there are more of them than input, the numbers are
 * as Anthropic's API has them, apart, and the input is both.
 */
function withCached(input: number | undefined, cached: number | undefined): number | undefined {
  return input !== undefined && cached !== undefined && cached > input ? input + cached : input
}

/** What was added to the input is in a reported total, too, unless that covers it as it is. */
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

/** All spans of a provider share one resource, so the answer is kept. There is none while it is still being found out. */
function environmentOf(resource: UsageSpan['resource']): string | undefined {
  if (resource === undefined) return undefined
  if (resource === lastResource) return lastEnvironment
  // SDK 2 says an error each time that its attributes are looked at before all are known.
  if (resource.asyncAttributesPending === true) return undefined
  const a = resource.attributes
  lastEnvironment = text(a['deployment.environment.name']) ?? text(a['deployment.environment'])
  lastResource = resource
  return lastEnvironment
}
