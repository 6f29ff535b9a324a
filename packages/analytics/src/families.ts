import { USAGE_DETAILS } from './langfuse-details.ts'
import type { WorkKind } from './usage.ts'

/** A set of attribute names that belong together, or `any` for names that stand on every kind of span. */
export type Family = 'langfuse' | 'openinference' | 'genai' | 'openllmetry' | 'ai-sdk' | 'any'

/**
 * A span that has one of these attributes is of that family, and is read with its names. Spans without any are not
 * GenAI: this is all that is looked up on them, beside the names of the family `any`.
 */
export const MARKERS: Readonly<Record<Exclude<Family, 'any'>, readonly string[]>> = {
  langfuse: ['langfuse.observation.type', USAGE_DETAILS],
  openinference: ['openinference.span.kind'],
  genai: ['gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.usage.input_tokens'],
  openllmetry: ['traceloop.span.kind', 'llm.request.type'],
  'ai-sdk': ['ai.operationId'],
}

/** What is read from attributes, one name at a time. */
export type Field =
  | 'kind'
  | 'model'
  | 'provider'
  | 'inputTokens'
  | 'outputTokens'
  | 'totalTokens'
  | 'cachedInputTokens'
  | 'reasoningTokens'
  | 'inputCost'
  | 'outputCost'
  | 'totalCost'
  | 'userId'
  | 'tags'
  | 'environment'

/**
 * Which attributes say what, in the order in which they are read: the first that has a usable value wins. Langfuse's
 * JSON of usage and cost is read by `langfuse-details.ts`, before these.
 *
 * Sources: OpenTelemetry GenAI semantic conventions and their older names; `@arizeai/openinference-semantic-conventions`
 * 2.12; `@traceloop/ai-semantic-conventions` 0.27; `ai` 6.0 and `@ai-sdk/otel` 1.0; `@langfuse/core` 5.11; LangSmith 0.10
 * and `@mastra/otel-exporter` 1.4, which use GenAI names with additions.
 */
export const FIELDS: Readonly<Record<Field, Readonly<Partial<Record<Family, readonly string[]>>>>> = {
  kind: {
    openinference: ['openinference.span.kind'],
    genai: ['gen_ai.operation.name'],
    langfuse: ['langfuse.observation.type'],
    'ai-sdk': ['ai.operationId'],
    openllmetry: ['traceloop.span.kind', 'llm.request.type'],
  },
  model: {
    langfuse: ['langfuse.observation.model.name'],
    genai: ['gen_ai.response.model', 'gen_ai.request.model'],
    openinference: [
      'llm.response.model_name',
      'llm.model_name',
      'llm.request.model_name',
      'embedding.model_name',
      'reranker.model_name',
    ],
    'ai-sdk': ['ai.response.model', 'ai.model.id'],
  },
  provider: {
    genai: ['gen_ai.provider.name', 'gen_ai.system'],
    openinference: ['llm.provider', 'llm.system'],
    'ai-sdk': ['ai.model.provider'],
  },
  inputTokens: {
    openinference: ['llm.token_count.prompt'],
    genai: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
    'ai-sdk': ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
  },
  outputTokens: {
    openinference: ['llm.token_count.completion'],
    genai: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
    'ai-sdk': ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
  },
  totalTokens: {
    openinference: ['llm.token_count.total'],
    genai: ['gen_ai.usage.total_tokens', 'llm.usage.total_tokens'],
    'ai-sdk': ['ai.usage.totalTokens'],
  },
  cachedInputTokens: {
    openinference: [
      'llm.token_count.prompt_details.cache_read',
      'llm.token_count.prompt_details.cache_input',
    ],
    genai: ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens'],
    'ai-sdk': ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
  },
  reasoningTokens: {
    openinference: ['llm.token_count.completion_details.reasoning'],
    genai: ['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
    'ai-sdk': ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
  },
  inputCost: { openinference: ['llm.cost.prompt'] },
  outputCost: { openinference: ['llm.cost.completion'] },
  totalCost: { openinference: ['llm.cost.total'], genai: ['gen_ai.usage.cost'] },
  userId: {
    any: ['user.id', 'enduser.id'],
    langfuse: ['langfuse.user.id'],
    openllmetry: ['traceloop.association.properties.user_id'],
    'ai-sdk': ['ai.telemetry.metadata.userId', 'ai.settings.context.userId'],
  },
  tags: {
    any: ['tag.tags', 'langfuse.trace.tags'],
  },
  environment: {
    any: ['langfuse.environment'],
  },
}

/** On a resource: where it runs. The second is the older name. */
export const RESOURCE_ENVIRONMENT: readonly string[] = [
  'deployment.environment.name',
  'deployment.environment',
]

/**
 * The kinds of work by what each attribute of `FIELDS.kind` may say. What is not here names no kind, and the next
 * attribute is asked.
 */
const KINDS_BY_NAME: Readonly<Record<string, Readonly<Record<string, WorkKind>>>> = {
  'openinference.span.kind': {
    LLM: 'llm',
    TOOL: 'tool',
    AGENT: 'agent',
    RETRIEVER: 'retrieval',
    RERANKER: 'retrieval',
    EMBEDDING: 'embedding',
    CHAIN: 'other',
    GUARDRAIL: 'other',
    EVALUATOR: 'other',
    PROMPT: 'other',
  },
  'gen_ai.operation.name': {
    chat: 'llm',
    text_completion: 'llm',
    generate_content: 'llm',
    execute_tool: 'tool',
    invoke_agent: 'agent',
    agent_step: 'agent',
    model_inference: 'llm',
    model_step: 'agent',
    model_generation: 'other',
    retrieval: 'retrieval',
    rerank: 'retrieval',
    embeddings: 'embedding',
    create_agent: 'other',
    invoke_workflow: 'other',
    llm: 'llm',
    tool: 'tool',
    retriever: 'retrieval',
    embedding: 'embedding',
    chain: 'other',
    prompt: 'other',
    parser: 'other',
  },
  'langfuse.observation.type': {
    generation: 'llm',
    tool: 'tool',
    agent: 'agent',
    retriever: 'retrieval',
    embedding: 'embedding',
    chain: 'other',
    evaluator: 'other',
    guardrail: 'other',
  },
  'ai.operationId': {
    'ai.generateText.doGenerate': 'llm',
    'ai.streamText.doStream': 'llm',
    'ai.generateObject.doGenerate': 'llm',
    'ai.streamObject.doStream': 'llm',
    'ai.toolCall': 'tool',
    'ai.generateText': 'agent',
    'ai.streamText': 'agent',
    'ai.generateObject': 'other',
    'ai.streamObject': 'other',
    'ai.embed': 'other',
    'ai.embedMany': 'other',
    'ai.embed.doEmbed': 'embedding',
    'ai.embedMany.doEmbed': 'embedding',
    'ai.rerank': 'other',
    'ai.rerank.doRerank': 'retrieval',
  },
  'traceloop.span.kind': { tool: 'tool', agent: 'agent', workflow: 'other', task: 'other', session: 'other' },
  'llm.request.type': { chat: 'llm', completion: 'llm', rerank: 'retrieval', embedding: 'embedding' },
}

/** The same for reading: as maps, in which a value such as `constructor` names nothing. */
export const KINDS: ReadonlyMap<string, ReadonlyMap<string, WorkKind>> = new Map(
  Object.entries(KINDS_BY_NAME).map(([name, kinds]) => [name, new Map(Object.entries(kinds))]),
)
