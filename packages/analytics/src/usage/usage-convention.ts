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

/** Models whose API counts thoughts apart. */
export const COUNTS_REASONING_APART = /gemini/

/** The usual way: what conventions ask for. */
export const WHOLE = {
  input: 'included',
  cache: 'reported',
  reasoning: 'included',
  total: 'provider',
} as const

/** As Anthropic's API counts. */
export const CACHE_APART = { ...WHOLE, input: 'apart', total: 'sum' } as const

/** The same, without the cache. */
export const CACHE_OMITTED = { ...CACHE_APART, cache: 'omitted' } as const

/** Chooses the convention that fits a version of the scope and a model. An unknown version counts as the latest. */
export function chooseConvention(
  conventions: readonly UsageConvention[],
  version: string | undefined,
  model: string | undefined,
): UsageConvention | undefined {
  return conventions.find(
    ({ below, models }) =>
      (below === undefined || (version !== undefined && isBelow(version, below))) &&
      (models === undefined || (model !== undefined && models.test(model))),
  )
}

/** Compares as many numbers as the limit has. */
function isBelow(version: string, limit: string): boolean {
  const numbers = version.split('.').map(Number)
  for (const [index, most] of limit.split('.').map(Number).entries()) {
    const number = numbers[index] ?? 0
    if (number !== most) return number < most
  }
  return false
}
