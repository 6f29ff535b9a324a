import {
  CACHE_OMITTED,
  COUNTS_CACHE_APART,
  SPEAKS_OPENAI,
  type UsageConvention,
  WHOLE,
} from './usage-convention.ts'

// Conventions that are known by the names of attributes, or by JSON on the span, rather than by the scope. The readers of
// the families choose one of these.

/** Langfuse's own details have no number that is part of another. */
export const LANGFUSE_DETAILS: readonly UsageConvention[] = [
  { ...WHOLE, scope: 'langfuse-sdk', spans: 'with `usage_details`', seen: '5.11', evidence: 'recorded' },
]

/** The usage of OpenAI's protocol in Langfuse's details keeps its way of counting. */
export const LANGFUSE_OPENAI_DETAILS: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: 'langfuse-sdk',
    spans: "with OpenAI's names in `usage_details`",
    protocol: 'openai',
    seen: '5.11',
    evidence: 'source',
  },
]

/** The providers' own usage in JSON, whose parts the reader has added up. */
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
    total: 'sum',
    seen: 'AI SDK 6',
    evidence: 'recorded',
  },
]

/** AI SDK 5 passes on what its providers return. */
export const AI_SDK_5: readonly UsageConvention[] = [
  {
    scope: 'ai',
    spans: "of Claude and Nova over OpenAI's protocol, without metadata",
    models: COUNTS_CACHE_APART,
    providers: SPEAKS_OPENAI,
    ...WHOLE,
    cache: 'reads',
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of Claude and Nova otherwise, without metadata',
    models: COUNTS_CACHE_APART,
    ...CACHE_OMITTED,
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of Anthropic and Bedrock, without metadata',
    providers: /anthropic|bedrock/i,
    ...CACHE_OMITTED,
    seen: 'AI SDK 5',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of Google, without metadata',
    models: /gemini/,
    ...WHOLE,
    cache: 'omitted',
    reasoning: 'omitted',
    total: 'sum',
    seen: 'AI SDK 4',
    evidence: 'source',
  },
  {
    scope: 'ai',
    spans: 'of others, without cache reads',
    ...WHOLE,
    cache: 'omitted',
    total: 'sum',
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

/** LangChain adds up the counts of a stream of Anthropic, of which the last includes the first. */
export const LANGCHAIN_ANTHROPIC_STREAMED: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/anthropic`, streamed: the output is some tokens too high',
    cache: 'reads',
    total: 'sum',
    addsFirstCount: true,
    seen: '4.1, with 1.5',
    evidence: 'recorded',
  },
]

/** Before version 3.4, OpenInference passes on no cache reads of LangChain. */
export const LANGCHAIN_WITHOUT_CACHE = { below: '3.4', cache: 'omitted', seen: '2.0' } as const

/** LangChain's package for Google, as OpenInference names it. */
export const LANGCHAIN_GOOGLE: readonly UsageConvention[] = [
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/google`',
    restIsInput: true,
    evidence: 'source',
    ...LANGCHAIN_WITHOUT_CACHE,
  },
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
    evidence: 'source',
    ...LANGCHAIN_WITHOUT_CACHE,
  },
  {
    ...WHOLE,
    scope: LANGCHAIN,
    spans: 'of `@langchain/google-genai`',
    reasoning: 'omitted',
    seen: '4.1, with 2.3',
    evidence: 'recorded',
  },
]

/** LangChain's older package for Google, streamed: it adds up the same cache reads once for each chunk. */
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
