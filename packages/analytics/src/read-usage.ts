import { ownValue } from '@otel-sessions/semconv/internal'
import { type Field, KINDS, RESOURCE_ENVIRONMENT } from './families.ts'
import { NO_DETAILS, readLangfuseDetails } from './langfuse-details.ts'
import { readTags } from './read-tags.ts'
import type { SpanCost, SpanUsage, UsageSpan, WorkKind } from './usage.ts'
import { MARKS, planFor, type UsagePlan } from './usage-plan.ts'

type Attributes = UsageSpan['attributes']

/** USD. Far above any bill, and low enough that no sum of many overflows. */
const COST_MAX = 1e9

/** How many values of the span being read are ignored so far. Reading is synchronous: one counter will do. */
let ignored = 0

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
  ignored = 0
  try {
    const { attributes } = span
    const families = familiesOf(attributes)
    const plan = planFor(families)
    return families === 0 ? readPlain(span, plan) : readWork(span, plan)
  } catch {
    return { ...NOTHING }
  }
}

const NOTHING: SpanUsage = readPlain({ attributes: {} }, planFor(0))

function familiesOf(attributes: Attributes): number {
  let families = 0
  for (const { bit, names } of MARKS) {
    for (const name of names) {
      if (ownValue(attributes, name) !== undefined) {
        families |= bit
        break
      }
    }
  }
  return families
}

/** A span that has nothing of GenAI, such as an HTTP request. */
function readPlain(span: UsageSpan, plan: UsagePlan): SpanUsage {
  const { attributes } = span
  return {
    kind: 'other',
    model: undefined,
    provider: undefined,
    inputTokens: undefined,
    outputTokens: undefined,
    totalTokens: undefined,
    cachedInputTokens: undefined,
    reasoningTokens: undefined,
    cost: undefined,
    error: span.status?.code === 2,
    userId: readText(attributes, plan.userId),
    tags: readTags(attributes, plan.tags),
    environment: readText(attributes, plan.environment) ?? environmentOf(span.resource),
    ignored: 0,
  }
}

function readWork(span: UsageSpan, plan: UsagePlan): SpanUsage {
  const { attributes } = span
  const details = plan.details ? readLangfuseDetails(attributes) : NO_DETAILS
  ignored += details.ignored
  const tokens = (field: Field) => readNumber(attributes, plan[field], Number.MAX_SAFE_INTEGER)
  const reported = details.inputTokens ?? tokens('inputTokens')
  const cachedInputTokens = details.cachedInputTokens ?? tokens('cachedInputTokens')
  const inputTokens = withCached(reported, cachedInputTokens)
  const outputTokens = details.outputTokens ?? tokens('outputTokens')
  const total = details.totalTokens ?? tokens('totalTokens')
  const model = readText(attributes, plan.model)
  return {
    kind:
      readKind(attributes, plan.kind) ?? (model !== undefined && reported !== undefined ? 'llm' : 'other'),
    model,
    provider: readText(attributes, plan.provider),
    inputTokens,
    outputTokens,
    totalTokens: total ?? sum(inputTokens, outputTokens),
    cachedInputTokens,
    reasoningTokens: details.reasoningTokens ?? tokens('reasoningTokens'),
    cost: details.cost ?? readCost(attributes, plan),
    error: span.status?.code === 2,
    userId: readText(attributes, plan.userId),
    tags: readTags(attributes, plan.tags),
    environment: readText(attributes, plan.environment) ?? environmentOf(span.resource),
    ignored,
  }
}

/**
 * All conventions count cached tokens as a part of the input. Where there are more of them than input, the numbers are
 * as Anthropic's API has them, apart, and the input is both.
 */
function withCached(input: number | undefined, cached: number | undefined): number | undefined {
  return input !== undefined && cached !== undefined && cached > input ? input + cached : input
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

function readKind(attributes: Attributes, names: readonly string[]): WorkKind | undefined {
  for (const name of names) {
    const value = ownValue(attributes, name)
    const kind = typeof value === 'string' ? KINDS.get(name)?.get(value) : undefined
    if (kind !== undefined) return kind
  }
  return undefined
}

function readCost(attributes: Attributes, plan: UsagePlan): SpanCost | undefined {
  const input = readNumber(attributes, plan.inputCost, COST_MAX)
  const output = readNumber(attributes, plan.outputCost, COST_MAX)
  const total = readNumber(attributes, plan.totalCost, COST_MAX) ?? sum(input, output)
  if (input === undefined && output === undefined && total === undefined) return undefined
  return { input, output, total }
}

function readText(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = ownValue(attributes, name)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function readNumber(attributes: Attributes, names: readonly string[], max: number): number | undefined {
  for (const name of names) {
    const value = ownValue(attributes, name)
    if (value === undefined || value === null) continue
    if (typeof value === 'number' && value >= 0 && value <= max) return value
    ignored++
  }
  return undefined
}

let lastResource: UsageSpan['resource']
let lastEnvironment: string | undefined

/** All spans of a provider share one resource, so the answer is kept; not while the resource is still being found out. */
function environmentOf(resource: UsageSpan['resource']): string | undefined {
  if (resource === undefined) return undefined
  if (resource === lastResource) return lastEnvironment
  const environment = readText(resource.attributes, RESOURCE_ENVIRONMENT)
  if (resource.asyncAttributesPending !== true) {
    lastResource = resource
    lastEnvironment = environment
  }
  return environment
}
