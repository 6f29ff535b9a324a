/**
 * How an instrumentation counts. Conventions say what an attribute is called, but instrumentations differ in whether the
 * input includes what was read from and written to a cache, and whether the output includes reasoning.
 */
export interface UsageConvention {
  /** The instrumentation scope: the name of the tracer. */
  readonly scope: string
  /** Which of its spans, in a few words for the table in the guide. */
  readonly spans?: string
  /** The first version of the scope that counts otherwise: numbers and dots. */
  readonly below?: string
  /** The models whose spans are counted so; the others have another row, or none. */
  readonly models?: RegExp
  /** The providers whose spans are counted so, where the provider's protocol decides. */
  readonly providers?: RegExp
  /** Set if it passes on what OpenAI's protocol reports, which other providers speak too. */
  readonly protocol?: 'openai'
  /** Whether the input includes the cache. */
  readonly input: 'included' | 'apart'
  /** Whether the span says what was read from and written to a cache. If not, nothing there says nothing. */
  readonly cache: 'reported' | 'reads' | 'omitted'
  /** Whether the output includes reasoning; `omitted` if it does not, and no attribute has it. */
  readonly reasoning: 'included' | 'apart' | 'omitted'
  /** Whether the total is the provider's own, or a sum that the instrumentation made and that proves nothing. */
  readonly total: 'provider' | 'sum'
  /** Whether what is left of the total is input: the prompts of Google's own tools. */
  readonly restIsInput?: true
  /** Whether the output includes the first count of a stream, which is also in the last. */
  readonly addsFirstCount?: true
  /** The attribute that a complete answer has. Without it, the output is that of the first words of a stream. */
  readonly completeWith?: string
  /** The versions that were seen. */
  readonly seen: string
  /** How it is known: from recorded spans, or from the source. */
  readonly evidence: 'recorded' | 'source'
}

/** Models whose APIs, Anthropic's and Bedrock's, count what was read from and written to a cache apart. */
export const COUNTS_CACHE_APART = /claude|nova-/

/** Models whose APIs, Google's and xAI's, count reasoning apart. */
const COUNTS_REASONING_APART = /gemini|grok/

/** Models whose API counts the cache as a part of the input. */
export const INCLUDES_CACHE = /gpt-|^o\d|gemini|deepseek|grok/

/**
 * Providers that speak OpenAI's protocol, whichever model they pass on. The AI SDK ends the name of a provider that is
 * compatible with OpenAI's API so, such as `litellm.chat`.
 */
export const SPEAKS_OPENAI = /openai|openrouter|\.(?:chat|completions?|responses)$/i

/** Providers of Google's and xAI's models that count reasoning as a part of the output: their own, and OpenRouter. */
export const INCLUDES_REASONING = /^x_?ai|google|gemini|gcp|vertex|openrouter/i

/** What is known of a model by its name. */
export interface ModelRules {
  /** The name of the answer, or that of the request if only that one is known, because the answer may name a deployment. */
  readonly name: string
  readonly countsCacheApart: boolean
  readonly countsReasoningApart: boolean
}

let lastAnswered: string | undefined
let lastRequested: string | undefined
let lastRules: ModelRules = makeRules()

/** Returns what is known of a model. Keeps the last: consecutive calls mostly have the same, and names take time. */
export function rulesOf(answered: string | undefined, requested: string | undefined): ModelRules {
  if (answered !== lastAnswered || requested !== lastRequested) {
    lastRules = makeRules(answered, requested)
    lastAnswered = answered
    lastRequested = requested
  }
  return lastRules
}

function makeRules(answered = '', requested = ''): ModelRules {
  const isOneModel = requested === '' || answered.startsWith(requested)
  const model = isOneModel || isKnown(answered) || !isKnown(requested) ? answered || requested : requested
  const name = model.toLowerCase()
  return {
    name,
    countsCacheApart: COUNTS_CACHE_APART.test(name),
    countsReasoningApart: COUNTS_REASONING_APART.test(name),
  }
}

function isKnown(model: string): boolean {
  return KNOWN.test(model)
}

const KNOWN = new RegExp(`${COUNTS_CACHE_APART.source}|${INCLUDES_CACHE.source}`, 'i')

/** The usual way to count, which the conventions ask for: the input includes the cache, the output reasoning. */
export const WHOLE = {
  input: 'included',
  cache: 'reported',
  reasoning: 'included',
  total: 'provider',
} as const

/** As Anthropic's API counts. */
export const CACHE_APART = { ...WHOLE, input: 'apart', total: 'sum' } as const

/** As Anthropic's API counts, on spans that leave out the cache. */
export const CACHE_OMITTED = { ...CACHE_APART, cache: 'omitted' } as const

/**
 * Chooses the convention that fits a version of the scope, a model and a provider. An unknown version counts as the latest.
 */
export function chooseConvention(
  conventions: readonly UsageConvention[],
  version: string | undefined,
  model: string,
  provider: string,
): UsageConvention | undefined {
  for (const each of conventions) if (fits(each, version, model, provider)) return each
  return undefined
}

const fits = (
  { below, models, providers }: UsageConvention,
  version: string | undefined,
  model: string,
  provider: string,
): boolean =>
  (below === undefined || isBelow(version, below)) &&
  (models === undefined || models.test(model)) &&
  (providers === undefined || providers.test(provider))

let lastVersion: string | undefined
let lastLimit: string | undefined
let lastIsBelow = false

/** Compares versions. Keeps the last result: consecutive calls are mostly of one scope. */
function isBelow(version: string | undefined, limit: string): boolean {
  if (version !== lastVersion || limit !== lastLimit) {
    lastIsBelow = compareVersion(version, limit)
    lastVersion = version
    lastLimit = limit
  }
  return lastIsBelow
}

/** Compares as many numbers as the limit has. A version may have a letter in front: `v0.22.6`. */
function compareVersion(version: string | undefined, limit: string): boolean {
  const numbers = /^v?(\d+(?:\.\d+)*)/i
    .exec(version ?? '')?.[1]
    ?.split('.')
    .map(Number)
  if (numbers === undefined) return false
  for (const [index, most] of limit.split('.').map(Number).entries()) {
    const number = numbers[index] ?? 0
    if (number !== most) return number < most
  }
  return false
}
