import { COUNTS_CACHE_APART, COUNTS_REASONING_APART, type UsageConvention } from './usage-convention.ts'

const WHOLE = { input: 'included', cache: 'reported', reasoning: 'included', total: 'provider' } as const
const CACHE_APART = { ...WHOLE, input: 'apart', total: 'sum' } as const
const CACHE_OMITTED = { ...CACHE_APART, cache: 'omitted' } as const

/** Langfuse's own details have no number that is part of another. */
export const LANGFUSE_DETAILS: readonly UsageConvention[] = [
  { ...WHOLE, scope: 'langfuse-sdk', spans: 'with `usage_details`', seen: '5.11', evidence: 'recorded' },
]

/** What the reader of the providers' own usage has added up. */
export const PROVIDERS_USAGE: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'ai',
    spans: 'with `ai.response.providerMetadata` of Anthropic or Google',
    seen: 'AI SDK 5, 6',
    evidence: 'recorded',
  },
  {
    ...WHOLE,
    scope: 'gcp.vertex.agent',
    spans: 'with `gcp.vertex.agent.llm_response`',
    seen: '2.0',
    evidence: 'recorded',
  },
]

/** OpenRouter does not say in the metadata what was written to a cache; it says what the call cost. */
export const OPENROUTER_USAGE: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'ai',
    spans: 'with `ai.response.providerMetadata` of OpenRouter',
    cache: 'reads',
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
    ...CACHE_OMITTED,
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of Google, without metadata',
    models: COUNTS_REASONING_APART,
    ...WHOLE,
    reasoning: 'apart',
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of others, without cache reads',
    ...WHOLE,
    cache: 'omitted',
    seen: 'AI SDK 5',
    evidence: 'recorded',
  },
]

const LANGCHAIN = '@arizeai/openinference-instrumentation-langchain'

/** LangSmith's wrapper of Google's SDK. */
export const LANGSMITH_GOOGLE: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'langsmith',
    spans: 'of `wrapGemini`',
    reasoning: 'apart',
    restIsInput: true,
    seen: '0.10',
    evidence: 'recorded',
  },
]

/** The usage of Anthropic's or Bedrock's API in the answer, whose parts the reader has added up. */
export const OPENINFERENCE_ANSWER: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: '@arizeai/openinference-instrumentation-*',
    spans: 'of Claude, with the usage in `output.value`',
    total: 'sum',
    seen: 'LangChain 4.1, Anthropic 0.2, Bedrock 0.5',
    evidence: 'recorded',
  },
]

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
    ...WHOLE,
    cache: 'omitted',
    seen: '0.21',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-openai',
    ...WHOLE,
    cache: 'omitted',
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
    ...CACHE_OMITTED,
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
    ...WHOLE,
    reasoning: 'apart',
    restIsInput: true,
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: 'gcp.vertex.agent',
    spans: 'without the answer',
    ...WHOLE,
    cache: 'omitted',
    reasoning: 'omitted',
    seen: '2.0',
    evidence: 'recorded',
  },
  { scope: 'gen_ai', spans: 'of AI SDK 7', ...WHOLE, total: 'sum', seen: 'AI SDK 7', evidence: 'recorded' },
  { scope: 'com.anthropic.sdk.typescript', ...WHOLE, seen: '0.137, 1.14', evidence: 'recorded' },
  {
    scope: '@traceloop/instrumentation-anthropic',
    below: '0.25',
    ...CACHE_OMITTED,
    seen: '0.22.6',
    evidence: 'source',
  },
  {
    scope: '@traceloop/instrumentation-anthropic',
    ...CACHE_APART,
    seen: '0.25 to 0.27',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-anthropic',
    below: '0.2',
    ...CACHE_OMITTED,
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
  { scope: '@opentelemetry/instrumentation-aws-sdk', ...CACHE_OMITTED, seen: '0.78', evidence: 'recorded' },
  { scope: '@traceloop/instrumentation-bedrock', ...CACHE_OMITTED, seen: '0.27', evidence: 'recorded' },
  {
    scope: '@arizeai/openinference-instrumentation-bedrock',
    ...CACHE_OMITTED,
    total: 'provider',
    seen: '0.5.1',
    evidence: 'recorded',
  },
  {
    scope: 'strands-agents',
    spans: "of Anthropic's API",
    models: /^claude-/,
    ...CACHE_APART,
    seen: '1.19',
    evidence: 'recorded',
  },
  { scope: 'strands-agents', ...WHOLE, seen: '1.19', evidence: 'recorded' },
]

/** All rows, for the table in the guide. */
export const USAGE_CONVENTIONS: readonly UsageConvention[] = [
  ...PROVIDERS_USAGE,
  ...OPENROUTER_USAGE,
  ...AI_SDK_DETAILS,
  ...AI_SDK_5,
  ...LANGFUSE_DETAILS,
  ...LANGSMITH_GOOGLE,
  ...OPENINFERENCE_ANSWER,
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
