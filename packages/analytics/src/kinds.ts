import type { WorkKind } from './usage/span-usage.ts'

// The kinds of work, by what the attribute of each family says. What is not here says nothing about the kind.

const mapOf = (kinds: Readonly<Record<string, WorkKind>>): ReadonlyMap<unknown, WorkKind> =>
  new Map(Object.entries(kinds))

/** `openinference.span.kind`. */
export const OPENINFERENCE_KINDS = mapOf({
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

/** `gen_ai.operation.name`: OpenTelemetry's, then what the AI SDK, Mastra and LangSmith say beyond. */
export const GENAI_KINDS = mapOf({
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

/** `langfuse.observation.type`. A `span` and an `event` may be anything. */
export const LANGFUSE_KINDS = mapOf({
  generation: 'llm',
  tool: 'tool',
  agent: 'agent',
  retriever: 'retrieval',
  embedding: 'embedding',
  chain: 'other',
  evaluator: 'other',
  guardrail: 'other',
})

/** `ai.operationId` of the AI SDK up to 6: the call of the model is inside the call of the application. */
export const AI_SDK_KINDS = mapOf({
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

/** `traceloop.span.kind`. */
export const TRACELOOP_KINDS = mapOf({ tool: 'tool', agent: 'agent', workflow: 'other', task: 'other' })

/** `llm.request.type` of older OpenLLMetry. */
export const OPENLLMETRY_KINDS = mapOf({
  chat: 'llm',
  completion: 'llm',
  rerank: 'retrieval',
  embedding: 'embedding',
})
