import { conventionsOf } from './convention-table.ts'
import type { ReportedUsage } from './reported-usage.ts'
import type { SpanUsage, UsageSpan, WorkKind } from './span-usage.ts'
import {
  chooseConvention,
  INCLUDES_CACHE,
  INCLUDES_REASONING,
  type ModelRules,
  rulesOf,
  SPEAKS_OPENAI,
  type UsageConvention,
} from './usage-convention.ts'

/** Input, output and total, whatever the source's way of counting. */
type WholeTokens = Pick<SpanUsage, 'undecided'> & {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly total: number | undefined
}

/** Why the numbers do not say what is to be paid. */
type Undecided = NonNullable<SpanUsage['undecided']>

/** Providers do not cache a shorter prompt, in tokens: OpenAI, Anthropic and Google require at least as many. */
const SHORTEST_CACHED = 1024

/**
 * Makes the input include what was read from and written to a cache, and the output include reasoning. What decides, in
 * this order: how the instrumentation is known to count, numbers that can only be meant in one way, and how the
 * provider's API counts. Where nothing decides, the numbers stay as they are reported, with the reason.
 */
export function wholeTokens(usage: ReportedUsage, kind: WorkKind, span: UsageSpan): WholeTokens {
  const { input, output, total } = usage
  if (input === undefined) return withTotal(input, output, total)
  if (kind === 'embedding') {
    const isMore = total !== undefined && total > input + (output ?? 0)
    return { ...withTotal(input, output, total), undecided: isMore ? 'total' : undefined }
  }
  const model = rulesOf(usage.model, usage.requestModel)
  const convention = conventionOf(usage, span, model)
  const besideInput = cacheBesideInput(usage, input, convention, model)
  if (typeof besideInput === 'string') return { ...withTotal(input, output, total), undecided: besideInput }
  const wholeInput = input + besideInput + toolPrompt(usage, input + besideInput, convention)
  if (output === undefined) return withTotal(wholeInput, output, total)
  if (!isComplete(convention, span)) return withTotal(wholeInput, undefined, undefined)
  const besideOutput = reasoningBesideOutput(usage, wholeInput, output, convention, model)
  if (typeof besideOutput === 'string') return { ...withTotal(input, output, total), undecided: besideOutput }
  const whole = withTotal(wholeInput, output + besideOutput, total)
  if (convention?.addsFirstCount) return { ...whole, undecided: 'stream' }
  return hidesLifetime(usage, convention, model) ? { ...whole, undecided: 'lifetime' } : whole
}

/**
 * Whether something was written to a cache for a time that the instrumentation never reports, by a provider that charges
 * more for a longer one. An unknown instrumentation may report it, if it is not the usual time.
 */
const hidesLifetime = (
  { written = 0, writtenHour }: ReportedUsage,
  convention: UsageConvention | undefined,
  model: ModelRules,
): boolean =>
  written > 0 && writtenHour === undefined && convention !== undefined && HAS_LIFETIMES.test(model.name)

/** Models that can be asked to cache for five minutes or for an hour. */
const HAS_LIFETIMES = /claude/

/** A total that is less than its parts was made without some of them. */
function withTotal(
  input: number | undefined,
  output: number | undefined,
  reported: number | undefined,
): WholeTokens {
  const sum = input === undefined || output === undefined ? undefined : input + output
  const total = reported === undefined || (sum !== undefined && sum > reported) ? sum : reported
  return { input, output, total, undecided: undefined }
}

function conventionOf(usage: ReportedUsage, span: UsageSpan, model: ModelRules): UsageConvention | undefined {
  const scope = span.instrumentationScope ?? span.instrumentationLibrary
  const conventions = usage.convention ?? (scope && conventionsOf(scope.name))
  return conventions && chooseConvention(conventions, scope?.version, model.name, usage.provider ?? '')
}

const isComplete = (convention: UsageConvention | undefined, { attributes }: UsageSpan): boolean =>
  convention?.completeWith === undefined || attributes[convention.completeWith] !== undefined

/** Returns what has to be added to the input for what was read from and written to a cache. */
function cacheBesideInput(
  usage: ReportedUsage,
  input: number,
  convention: UsageConvention | undefined,
  model: ModelRules,
): number | Undecided {
  const { output, total, cached = 0, written = 0, reasoning = 0, provider = '' } = usage
  const cache = cached + written
  const rest = total === undefined || output === undefined ? undefined : total - input - output
  if (isUnsaid(usage, convention, model)) {
    if (convention?.input === 'apart')
      return convention.total === 'provider' && rest === cache ? cache : 'cache'
    return input < SHORTEST_CACHED && cache <= input ? 0 : 'cache'
  }
  if (cache === 0) return 0
  if (convention?.input === 'apart') return cache
  const isCounted = rest === cache || (reasoning > 0 && rest === cache + reasoning)
  if (convention === undefined && isCounted) return cache
  const includes = convention !== undefined || apiIncludesCache(provider, model)
  // An input that includes the cache cannot be less, so that one of the numbers is wrong.
  if (cache > input) return includes === true ? 'cache' : cache
  if (includes !== undefined) return includes ? 0 : 'cache'
  return rest === 0 || rest === reasoning ? 0 : 'cache'
}

/** Whether a provider's API counts the cache as a part of the input; undefined if the provider is not known. */
function apiIncludesCache(provider: string, model: ModelRules): boolean | undefined {
  if (SPEAKS_OPENAI.test(provider)) return true
  if (model.countsCacheApart || /anthropic|bedrock/i.test(provider)) return false
  return INCLUDES_CACHE.test(model.name) || INCLUDING_PROVIDERS.test(provider) || undefined
}

const INCLUDING_PROVIDERS = /google|gemini|vertex|gcp|azure|deepseek|xai|groq|mistral/i

/** Whether nothing says what was written to a cache, or nothing says what was read from one. */
function isUnsaid(
  { cached, written, provider = '' }: ReportedUsage,
  convention: UsageConvention | undefined,
  model: ModelRules,
): boolean {
  if (written !== undefined) return false
  // Their providers charge for what is written, and OpenAI's protocol has no name for it.
  const isCharged = model.countsCacheApart
  if (isCharged && (SPEAKS_OPENAI.test(provider) || convention?.protocol === 'openai')) return true
  if (convention === undefined || convention.cache === 'reported') return false
  return convention.cache === 'reads' || cached === undefined || convention.input === 'apart' || isCharged
}

/** Returns the prompts of the provider's own tools, where what is left of the total can be nothing else. */
function toolPrompt(
  { output = 0, total = 0, reasoning = 0 }: ReportedUsage,
  input: number,
  convention: UsageConvention | undefined,
): number {
  if (convention?.restIsInput === undefined) return 0
  return Math.max(0, total - input - output - (convention.reasoning === 'apart' ? reasoning : 0))
}

/** Returns what has to be added to the output for reasoning. */
function reasoningBesideOutput(
  { total, reasoning, provider = '' }: ReportedUsage,
  input: number,
  output: number,
  convention: UsageConvention | undefined,
  model: ModelRules,
): number | Undecided {
  const rest = total === undefined ? undefined : total - input - output
  const added = reasoning === undefined ? 0 : addedReasoning(reasoning, output, rest, convention, model)
  if (typeof added === 'string') return added
  if (rest !== undefined && rest > added) return 'total'
  // A sum that the instrumentation made proves nothing.
  const isProven = added > 0 || (rest !== undefined && convention?.total !== 'sum')
  if (!isProven && hidesReasoning(model, provider, convention)) return 'total'
  const isUnknown = convention?.reasoning === 'omitted' && reasoning === undefined && rest === undefined
  return isUnknown ? 'total' : added
}

/** Whether a model's reasoning is in the total only, because it is passed on as OpenAI's protocol has it. */
const hidesReasoning = (
  model: ModelRules,
  provider: string,
  convention: UsageConvention | undefined,
): boolean =>
  model.countsReasoningApart &&
  (SPEAKS_OPENAI.test(provider) || convention?.protocol === 'openai') &&
  !INCLUDES_REASONING.test(provider)

function addedReasoning(
  reasoning: number,
  output: number,
  rest: number | undefined,
  convention: UsageConvention | undefined,
  model: ModelRules,
): number | Undecided {
  if (reasoning === 0) return 0
  if (convention?.reasoning === 'apart' || reasoning > output || rest === reasoning) return reasoning
  if (convention?.reasoning === 'included' || !model.countsReasoningApart) return 0
  return rest === 0 ? 0 : 'total'
}
