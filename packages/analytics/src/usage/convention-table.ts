import {
  AI_SDK_5,
  AI_SDK_DETAILS,
  LANGCHAIN_ANTHROPIC_STREAMED,
  LANGCHAIN_GOOGLE,
  LANGCHAIN_GOOGLE_GENAI,
  LANGCHAIN_GOOGLE_GENAI_STREAMED,
  LANGCHAIN_WITHOUT_CACHE,
  LANGFUSE_DETAILS,
  LANGFUSE_OPENAI_DETAILS,
  LANGSMITH_GOOGLE,
  OPENINFERENCE_ANSWER,
  OPENROUTER_USAGE,
  PROVIDERS_USAGE,
} from './conventions-by-name.ts'
import {
  CACHE_APART,
  CACHE_OMITTED,
  COUNTS_CACHE_APART,
  type UsageConvention,
  WHOLE,
} from './usage-convention.ts'

/** The conventions of scopes. The first one that fits the version and the model counts. */
const BY_SCOPE: readonly UsageConvention[] = [
  {
    scope: '@arizeai/openinference-instrumentation-openai',
    ...WHOLE,
    protocol: 'openai',
    seen: '4.2',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-openai-agents',
    ...WHOLE,
    protocol: 'openai',
    seen: '0.2',
    evidence: 'recorded',
  },
  {
    scope: '@opentelemetry/instrumentation-openai',
    ...WHOLE,
    protocol: 'openai',
    cache: 'omitted',
    seen: '0.21',
    evidence: 'recorded',
  },
  {
    scope: '@traceloop/instrumentation-openai',
    ...WHOLE,
    protocol: 'openai',
    cache: 'omitted',
    seen: '0.27',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-langchain',
    spans: 'of Anthropic and Bedrock',
    models: COUNTS_CACHE_APART,
    ...WHOLE,
    cache: 'reads',
    total: 'sum',
    seen: '4.1',
    evidence: 'recorded',
  },
  {
    scope: '@arizeai/openinference-instrumentation-langchain',
    ...WHOLE,
    evidence: 'source',
    ...LANGCHAIN_WITHOUT_CACHE,
  },
  { scope: '@arizeai/openinference-instrumentation-langchain', ...WHOLE, seen: '4.1', evidence: 'recorded' },
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
    scope: '@mastra/otel-exporter',
    spans: 'of Anthropic',
    models: /claude/,
    ...WHOLE,
    seen: '1.4',
    evidence: 'recorded',
  },
  {
    scope: '@mastra/otel-bridge',
    spans: 'of Anthropic',
    models: /claude/,
    ...WHOLE,
    seen: '1.0',
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
  ...LANGFUSE_OPENAI_DETAILS,
  ...LANGSMITH_GOOGLE,
  ...OPENINFERENCE_ANSWER,
  ...LANGCHAIN_ANTHROPIC_STREAMED,
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
  byScope.get(scope) ?? (scope.startsWith(ANTHROPIC_SDK) ? byScope.get(ANTHROPIC_SDK) : undefined)
