import { langsmithDetails } from './langsmith.ts'
import { costOfParts, kindsOf, type ReportedUsage, type UsageDetails } from './reported-usage.ts'
import { type Attributes, dollars, text, tokens } from './values.ts'

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

const NO_CACHE: UsageDetails = {
  cached: undefined,
  written: undefined,
  writtenHour: undefined,
  reasoning: undefined,
}

/**
 * Reads OpenTelemetry's GenAI names. OpenLLMetry, AI SDK 7, LangSmith, Mastra, Strands and the Anthropic SDK write them
 * too, and add to them.
 */
export function genAi(a: Attributes): ReportedUsage {
  const hasInput = (a['gen_ai.usage.input_tokens'] ?? a['gen_ai.usage.prompt_tokens']) !== undefined
  const provider = text(a['gen_ai.provider.name']) ?? text(a['gen_ai.system'])
  const input = tokens(a['gen_ai.usage.input_tokens']) ?? tokens(a['gen_ai.usage.prompt_tokens'])
  const output = tokens(a['gen_ai.usage.output_tokens']) ?? tokens(a['gen_ai.usage.completion_tokens'])
  const cache = hasInput ? cacheOf(a, provider) : NO_CACHE
  return {
    kind:
      GENAI_KINDS.get(a['gen_ai.operation.name']) ??
      TRACELOOP_KINDS.get(a['traceloop.span.kind']) ??
      OPENLLMETRY_KINDS.get(a['llm.request.type']) ??
      (a['gen_ai.tool.name'] === undefined ? callWithoutName(a, provider) : 'tool'),
    model: text(a['gen_ai.response.model']),
    requestModel: text(a['gen_ai.request.model']),
    responseId: text(a['gen_ai.response.id']),
    provider,
    input,
    output,
    total:
      tokens(a['gen_ai.usage.total_tokens']) ??
      tokens(a['llm.usage.total_tokens']) ??
      (hasInput && provider === 'anthropic' ? totalWithCompaction(a, input, output) : undefined),
    cached: cache.cached,
    written: cache.written,
    writtenHour: cache.writtenHour,
    reasoning:
      tokens(a['gen_ai.usage.reasoning.output_tokens']) ??
      tokens(a['gen_ai.usage.reasoning_tokens']) ??
      cache.reasoning,
    convention: undefined,
    cost: costOfParts(undefined, undefined, dollars(a['gen_ai.usage.cost'])),
    userId:
      text(a['traceloop.association.properties.user_id']) ??
      text(a['ai.settings.context.userId']) ??
      text(a['langsmith.metadata.user_id']),
    callIfNoneBelow: false,
  }
}

/** Traceloop's and OpenTelemetry's spans of Bedrock lack the operation's name where they lack the usage. */
const callWithoutName = (a: Attributes, provider: string | undefined): 'llm' | undefined =>
  provider !== undefined &&
  a['gen_ai.operation.name'] === undefined &&
  a['gen_ai.request.model'] !== undefined
    ? 'llm'
    : undefined

/** Reads what came from a cache and was written to one, and the details of LangSmith. */
function cacheOf(a: Attributes, provider: string | undefined): UsageDetails {
  const cached =
    tokens(a['gen_ai.usage.cache_read.input_tokens']) ?? tokens(a['gen_ai.usage.cache_read_input_tokens'])
  const written =
    tokens(a['gen_ai.usage.cache_creation.input_tokens']) ??
    tokens(a['gen_ai.usage.cache_write.input_tokens']) ??
    tokens(a['gen_ai.usage.cache_creation_input_tokens']) ??
    tokens(a['gen_ai.usage.cache_write_input_tokens'])
  if (cached === undefined && written === undefined) {
    const details = a['langsmith.usage_metadata']
    return details === undefined ? NO_CACHE : langsmithDetails(details)
  }
  const writtenHour =
    provider === 'anthropic'
      ? tokens(a['anthropic.usage.cache_creation.ephemeral_1h_input_tokens'])
      : undefined
  return { cached, written, writtenHour, reasoning: undefined }
}

/**
 * The Anthropic SDK reports what it paid for the compaction of a history beside the usage. How much of that came from a
 * cache is not reported, so it becomes a part of the total that has no place.
 */
function totalWithCompaction(
  a: Attributes,
  input: number | undefined,
  output: number | undefined,
): number | undefined {
  const compaction = tokens(a['anthropic.usage.compaction.input_tokens'])
  if (compaction === undefined) return undefined
  const written = tokens(a['anthropic.usage.compaction.output_tokens'])
  return (input ?? 0) + (output ?? 0) + compaction + (written ?? 0)
}
