/**
 * How an instrumentation counts. Conventions say what an attribute is called, but instrumentations differ in whether the
 * input includes what was read from and written to a cache, and whether the output includes reasoning.
 */
export interface UsageConvention {
  /** The instrumentation scope: the name of the tracer. `''` for attributes that say by their names how they count. */
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

const WHOLE = { input: 'included', cache: 'reported', reasoning: 'included', total: 'provider' } as const

/** Langfuse's own details have no number that is part of another. */
export const LANGFUSE_DETAILS: readonly UsageConvention[] = [
  { ...WHOLE, scope: 'langfuse-sdk', spans: 'with `usage_details`', seen: '5.11', evidence: 'recorded' },
]

/** What the reader of the providers' own usage has added up. */
export const AI_SDK_METADATA: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'ai',
    spans: 'with `ai.response.providerMetadata` of Anthropic or Google',
    seen: 'AI SDK 5, 6',
    evidence: 'recorded',
  },
]

/** AI SDK 6 says what the input consists of. */
export const AI_SDK_DETAILS: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'ai',
    spans: 'with `ai.usage.inputTokenDetails`',
    seen: 'AI SDK 6',
    evidence: 'recorded',
  },
]

/** AI SDK 5 passes on what its providers return. */
export const AI_SDK_5: readonly UsageConvention[] = [
  {
    scope: 'ai',
    spans: 'of Anthropic, without metadata',
    models: COUNTS_CACHE_APART,
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of Google, without metadata',
    models: COUNTS_REASONING_APART,
    input: 'included',
    cache: 'reported',
    reasoning: 'apart',
    total: 'provider',
    seen: 'AI SDK 5',
    evidence: 'source',
  },
]

const LANGCHAIN = '@arizeai/openinference-instrumentation-langchain'

/** LangChain's package for Google, as OpenInference names it. */
export const LANGCHAIN_GOOGLE: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/google`',
    restIsInput: true,
    seen: '4.1, with 0.2',
    evidence: 'recorded',
  },
]

/** LangChain's older package for Google: what is left of the total may be thoughts or the prompts of tools. */
export const LANGCHAIN_GOOGLE_GENAI: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/google-genai`',
    reasoning: 'omitted',
    seen: '4.1, with 2.3',
    evidence: 'recorded',
  },
]

/** It adds up the same cache reads once for each chunk. */
export const LANGCHAIN_GOOGLE_GENAI_STREAMED: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/google-genai`, streamed, with cache reads',
    cache: 'omitted',
    reasoning: 'omitted',
    seen: '4.1, with 2.3',
    evidence: 'source',
  },
]

/** The conventions of scopes. The first one that fits the version and the model counts. */
const BY_SCOPE: readonly UsageConvention[] = [
  { scope: '@arizeai/openinference-instrumentation-openai', ...WHOLE, seen: '4.2', evidence: 'recorded' },
  {
    scope: '@arizeai/openinference-instrumentation-openai-agents',
    ...WHOLE,
    seen: '0.2',
    evidence: 'recorded',
  },
  {
    scope: '@opentelemetry/instrumentation-openai',
    input: 'included',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.21',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-openai',
    input: 'included',
    cache: 'omitted',
    reasoning: 'included',
    total: 'provider',
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: LANGCHAIN,
    spans: 'of Anthropic',
    models: /claude/,
    ...WHOLE,
    cache: 'reads',
    total: 'sum',
    seen: '4.1',
    evidence: 'recorded',
  },
  { scope: LANGCHAIN, ...WHOLE, seen: '4.1', evidence: 'recorded' },
  {
    scope: '@traceloop/instrumentation-langchain',
    spans: 'of Anthropic',
    models: /claude/,
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-langchain',
    ...WHOLE,
    cache: 'omitted',
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-google-generativeai',
    input: 'included',
    cache: 'reported',
    reasoning: 'apart',
    total: 'provider',
    restIsInput: true,
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: 'com.anthropic.sdk.typescript',
    ...WHOLE,
    seen: '0.137, 1.14',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-anthropic',
    below: '0.25',
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.22.6',
    evidence: 'source',
  },
  {
    scope: '@traceloop/instrumentation-anthropic',
    input: 'apart',
    cache: 'reported',
    reasoning: 'included',
    total: 'sum',
    seen: '0.25 to 0.27',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-anthropic',
    below: '0.2',
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.1.7 to 0.1.22',
    evidence: 'source',
  },
  {
    scope: '@arizeai/openinference-instrumentation-anthropic',
    ...WHOLE,
    total: 'sum',
    completeWith: 'llm.finish_reason',
    seen: '0.2.8',
    evidence: 'recorded',
  },
  {
    scope: '@opentelemetry/instrumentation-aws-sdk',
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.78',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-bedrock',
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'sum',
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-bedrock',
    input: 'apart',
    cache: 'omitted',
    reasoning: 'included',
    total: 'provider',
    seen: '0.5.1',
    evidence: 'recorded',
  },
  {
    scope: 'strands-agents',
    spans: "of Anthropic's API",
    models: /^claude-/,
    input: 'apart',
    cache: 'reported',
    reasoning: 'included',
    total: 'sum',
    seen: '1.19',
    evidence: 'recorded',
  },
  { scope: 'strands-agents', ...WHOLE, seen: '1.19', evidence: 'recorded' },
]

/** All rows, for the table in the guide. */
export const USAGE_CONVENTIONS: readonly UsageConvention[] = [
  ...AI_SDK_METADATA,
  ...AI_SDK_DETAILS,
  ...AI_SDK_5,
  ...LANGFUSE_DETAILS,
  ...LANGCHAIN_GOOGLE,
  ...LANGCHAIN_GOOGLE_GENAI,
  ...LANGCHAIN_GOOGLE_GENAI_STREAMED,
  ...BY_SCOPE,
]

const byScope = new Map<string, UsageConvention[]>()
for (const each of BY_SCOPE) byScope.set(each.scope, [...(byScope.get(each.scope) ?? []), each])

/** The Anthropic SDK's packages for other platforms add a suffix. */
const ANTHROPIC_SDK = 'com.anthropic.sdk.typescript'

/** Returns the conventions of a scope; undefined for a scope that is not in the table. */
export const conventionsOf = (scope: string): readonly UsageConvention[] | undefined =>
  byScope.get(scope.startsWith(ANTHROPIC_SDK) ? ANTHROPIC_SDK : scope)

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
