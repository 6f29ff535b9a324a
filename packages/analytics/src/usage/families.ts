import { costOfParts, langfuseCost, langfuseUsage, langsmithDetails, NO_PARTS } from './json-usage.ts'
import type { SpanCost, WorkKind } from './span-usage.ts'
import { dollars, text, tokens } from './values.ts'

// The table of attributes by family of conventions, in the order in which they are read. The first usable value wins.
// Look-ups of constant names take half the time of look-ups in a loop over names (8 against 14 ns), and each span makes
// about twenty.
//
// Sources: OpenTelemetry's GenAI semantic conventions and their older names; `@arizeai/openinference-semantic-conventions`
// 2.12; `@traceloop/ai-semantic-conventions` 0.27; `ai` 6.0 and `@ai-sdk/otel` 1.0; `@langfuse/core` 5.11; `langsmith` 0.10
// and `@mastra/otel-exporter` 1.4, which use GenAI names and add to them.

type Attributes = Readonly<Record<string, unknown>>

const kindsOf = (kinds: Readonly<Record<string, WorkKind>>): ReadonlyMap<unknown, WorkKind> =>
  new Map(Object.entries(kinds))

/** What the attributes of one family report. */
export interface FamilyUsage {
  readonly kind: WorkKind | undefined
  readonly model: string | undefined
  readonly provider: string | undefined
  readonly input: number | undefined
  readonly output: number | undefined
  readonly total: number | undefined
  readonly cached: number | undefined
  readonly reasoning: number | undefined
  readonly cost: SpanCost | undefined
  readonly userId: string | undefined
}

/**
 * Reads a span by the names of the first family that it has a characteristic attribute of. Undefined for spans of no
 * family, such as HTTP requests, which cost no more than these look-ups.
 */
export function readFamilyUsage(a: Attributes): FamilyUsage | undefined {
  if (a['openinference.span.kind'] !== undefined) return openInference(a)
  if (a['langfuse.observation.type'] !== undefined) return langfuse(a)
  if (a['gen_ai.operation.name'] !== undefined) return genAi(a)
  if (a['ai.operationId'] !== undefined) return aiSdk(a)
  if (a['gen_ai.request.model'] !== undefined || a['gen_ai.usage.input_tokens'] !== undefined) return genAi(a)
  if (a['traceloop.span.kind'] !== undefined || a['llm.request.type'] !== undefined) return genAi(a)
  if (a['langfuse.observation.usage_details'] !== undefined) return langfuse(a)
  return readIncomplete(a)
}

/** Reads spans that lack attributes which their conventions require. */
function readIncomplete(a: Attributes): FamilyUsage | undefined {
  if (a['gen_ai.response.model'] !== undefined || a['gen_ai.usage.output_tokens'] !== undefined)
    return genAi(a)
  if (a['gen_ai.usage.prompt_tokens'] !== undefined) return genAi(a)
  if (a['gen_ai.usage.completion_tokens'] !== undefined || a['gen_ai.tool.name'] !== undefined)
    return genAi(a)
  if (a['langfuse.observation.model.name'] !== undefined) return langfuse(a)
  return a['langfuse.observation.cost_details'] !== undefined ? langfuse(a) : undefined
}

/** The kinds in `openinference.span.kind`. */
const OPENINFERENCE_KINDS = kindsOf({
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
})

function openInference(a: Attributes): FamilyUsage {
  return {
    kind: OPENINFERENCE_KINDS.get(a['openinference.span.kind']),
    model:
      text(a['llm.response.model_name']) ??
      text(a['llm.model_name']) ??
      text(a['llm.request.model_name']) ??
      text(a['embedding.model_name']) ??
      text(a['reranker.model_name']),
    provider: text(a['llm.provider']) ?? text(a['llm.system']),
    input: tokens(a['llm.token_count.prompt']) ?? tokens(a['gen_ai.usage.input_tokens']),
    output: tokens(a['llm.token_count.completion']) ?? tokens(a['gen_ai.usage.output_tokens']),
    total: tokens(a['llm.token_count.total']),
    cached:
      tokens(a['llm.token_count.prompt_details.cache_read']) ??
      tokens(a['llm.token_count.prompt_details.cache_input']),
    reasoning: tokens(a['llm.token_count.completion_details.reasoning']),
    cost: costOfParts(
      dollars(a['llm.cost.prompt']),
      dollars(a['llm.cost.completion']),
      dollars(a['llm.cost.total']),
    ),
    userId: undefined,
  }
}

/** The kinds in `gen_ai.operation.name`: OpenTelemetry's, then those that the AI SDK, Mastra and LangSmith add. */
const GENAI_KINDS = kindsOf({
  chat: 'llm',
  text_completion: 'llm',
  generate_content: 'llm',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  create_agent: 'other',
  invoke_workflow: 'other',
  retrieval: 'retrieval',
  embeddings: 'embedding',
  agent_step: 'agent',
  rerank: 'retrieval',
  model_step: 'agent',
  model_inference: 'llm',
  model_generation: 'other',
  llm: 'llm',
  tool: 'tool',
  retriever: 'retrieval',
  embedding: 'embedding',
  chain: 'other',
})

/** The kinds in `traceloop.span.kind`. */
const TRACELOOP_KINDS = kindsOf({ tool: 'tool', agent: 'agent', workflow: 'other', task: 'other' })

/** The kinds in `llm.request.type` of older OpenLLMetry. */
const OPENLLMETRY_KINDS = kindsOf({
  chat: 'llm',
  completion: 'llm',
  rerank: 'retrieval',
  embedding: 'embedding',
})

/** Also reads OpenLLMetry, AI SDK 7, LangSmith and Mastra. */
function genAi(a: Attributes): FamilyUsage {
  const input = tokens(a['gen_ai.usage.input_tokens']) ?? tokens(a['gen_ai.usage.prompt_tokens'])
  const cached =
    tokens(a['gen_ai.usage.cache_read.input_tokens']) ?? tokens(a['gen_ai.usage.cache_read_input_tokens'])
  const details =
    input !== undefined && cached === undefined ? langsmithDetails(a['langsmith.usage_metadata']) : NO_PARTS
  return {
    kind:
      GENAI_KINDS.get(a['gen_ai.operation.name']) ??
      TRACELOOP_KINDS.get(a['traceloop.span.kind']) ??
      OPENLLMETRY_KINDS.get(a['llm.request.type']) ??
      (a['gen_ai.tool.name'] === undefined ? undefined : 'tool'),
    model: text(a['gen_ai.response.model']) ?? text(a['gen_ai.request.model']),
    provider: text(a['gen_ai.provider.name']) ?? text(a['gen_ai.system']),
    input,
    output: tokens(a['gen_ai.usage.output_tokens']) ?? tokens(a['gen_ai.usage.completion_tokens']),
    total: tokens(a['gen_ai.usage.total_tokens']) ?? tokens(a['llm.usage.total_tokens']),
    cached: cached ?? details.cached,
    reasoning:
      tokens(a['gen_ai.usage.reasoning.output_tokens']) ??
      tokens(a['gen_ai.usage.reasoning_tokens']) ??
      details.reasoning,
    cost: costOfParts(undefined, undefined, dollars(a['gen_ai.usage.cost'])),
    userId:
      text(a['traceloop.association.properties.user_id']) ??
      text(a['ai.settings.context.userId']) ??
      text(a['langsmith.metadata.user_id']),
  }
}

/** The kinds in `langfuse.observation.type`. A `span` or an `event` may be of any kind. */
const LANGFUSE_KINDS = kindsOf({
  generation: 'llm',
  tool: 'tool',
  agent: 'agent',
  retriever: 'retrieval',
  embedding: 'embedding',
  chain: 'other',
  evaluator: 'other',
  guardrail: 'other',
})

/** Langfuse reads GenAI names too, where its own are missing. */
function langfuse(a: Attributes): FamilyUsage {
  const other = genAi(a)
  const usage = langfuseUsage(a['langfuse.observation.usage_details'])
  return {
    kind: LANGFUSE_KINDS.get(a['langfuse.observation.type']) ?? other.kind,
    model: text(a['langfuse.observation.model.name']) ?? other.model,
    provider: other.provider,
    input: usage.input ?? other.input,
    output: usage.output ?? other.output,
    total: usage.total ?? other.total,
    cached: usage.cached ?? other.cached,
    reasoning: usage.reasoning ?? other.reasoning,
    cost: langfuseCost(a['langfuse.observation.cost_details']) ?? other.cost,
    userId: text(a['langfuse.user.id']),
  }
}

/** The kinds in `ai.operationId`. The call of the model is a child of the call of the application. */
const AI_SDK_KINDS = kindsOf({
  'ai.generateText': 'agent',
  'ai.streamText': 'agent',
  'ai.generateObject': 'other',
  'ai.streamObject': 'other',
  'ai.generateText.doGenerate': 'llm',
  'ai.streamText.doStream': 'llm',
  'ai.generateObject.doGenerate': 'llm',
  'ai.streamObject.doStream': 'llm',
  'ai.toolCall': 'tool',
  'ai.embed': 'other',
  'ai.embedMany': 'other',
  'ai.rerank': 'other',
  'ai.embed.doEmbed': 'embedding',
  'ai.embedMany.doEmbed': 'embedding',
  'ai.rerank.doRerank': 'retrieval',
})

/** The AI SDK up to 6, and the legacy telemetry of 7. */
function aiSdk(a: Attributes): FamilyUsage {
  return {
    kind: AI_SDK_KINDS.get(a['ai.operationId']),
    model:
      text(a['ai.response.model']) ??
      text(a['gen_ai.response.model']) ??
      text(a['ai.model.id']) ??
      text(a['gen_ai.request.model']),
    provider: text(a['ai.model.provider']) ?? text(a['gen_ai.system']),
    input:
      tokens(a['ai.usage.inputTokens']) ??
      tokens(a['ai.usage.promptTokens']) ??
      tokens(a['ai.usage.tokens']) ??
      tokens(a['gen_ai.usage.input_tokens']),
    output:
      tokens(a['ai.usage.outputTokens']) ??
      tokens(a['ai.usage.completionTokens']) ??
      tokens(a['gen_ai.usage.output_tokens']),
    total: tokens(a['ai.usage.totalTokens']),
    cached:
      tokens(a['ai.usage.inputTokenDetails.cacheReadTokens']) ?? tokens(a['ai.usage.cachedInputTokens']),
    reasoning:
      tokens(a['ai.usage.outputTokenDetails.reasoningTokens']) ?? tokens(a['ai.usage.reasoningTokens']),
    cost: undefined,
    userId: text(a['ai.telemetry.metadata.userId']) ?? text(a['ai.settings.context.userId']),
  }
}
