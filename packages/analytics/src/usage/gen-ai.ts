import { LANGSMITH_GOOGLE } from './conventions-by-name.ts'
import { json } from './json.ts'
import { adkUsage, providerMetadata } from './provider-metadata.ts'
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

const NO_DETAILS: UsageDetails & Partial<Pick<ReportedUsage, 'total' | 'convention'>> = {
  total: undefined,
  convention: undefined,
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
  const usage = genAiAttributes(a)
  // What is in JSON only, on spans that have it.
  const answer = a['gcp.vertex.agent.llm_response']
  if (answer !== undefined) return { ...usage, ...adkKind(a), ...adkUsage(answer, usage) }
  const metadata = usage.kind === 'llm' ? a['ai.response.providerMetadata'] : undefined
  return metadata === undefined ? usage : { ...usage, ...providerMetadata(metadata, usage) }
}

/** Google's ADK adds a span for the results of several tools, each of which has a span of its own. */
const adkKind = (a: Attributes): Partial<ReportedUsage> =>
  a['gen_ai.tool.name'] === '(merged tools)' ? { kind: 'other' } : {}

function genAiAttributes(a: Attributes): ReportedUsage {
  const hasInput = (a['gen_ai.usage.input_tokens'] ?? a['gen_ai.usage.prompt_tokens']) !== undefined
  const provider = text(a['gen_ai.provider.name']) ?? text(a['gen_ai.system'])
  const input = tokens(a['gen_ai.usage.input_tokens']) ?? tokens(a['gen_ai.usage.prompt_tokens'])
  const output = tokens(a['gen_ai.usage.output_tokens']) ?? tokens(a['gen_ai.usage.completion_tokens'])
  const details = hasInput ? detailsOf(a) : NO_DETAILS
  return {
    kind:
      GENAI_KINDS.get(a['gen_ai.operation.name']) ??
      TRACELOOP_KINDS.get(a['traceloop.span.kind']) ??
      OPENLLMETRY_KINDS.get(a['llm.request.type']) ??
      (a['gen_ai.tool.name'] === undefined ? callWithoutName(a, provider) : 'tool'),
    model: text(a['gen_ai.response.model']),
    requestModel: text(a['gen_ai.request.model']),
    mayBeRequested: false,
    responseId: text(a['gen_ai.response.id']),
    provider,
    input,
    output,
    total:
      details.total ??
      tokens(a['gen_ai.usage.total_tokens']) ??
      tokens(a['llm.usage.total_tokens']) ??
      (hasInput && provider === 'anthropic' ? totalWithCompaction(a, input, output) : undefined),
    cached: details.cached,
    written: details.written,
    writtenHour: details.writtenHour,
    reasoning:
      tokens(a['gen_ai.usage.reasoning.output_tokens']) ??
      tokens(a['gen_ai.usage.reasoning_tokens']) ??
      details.reasoning,
    convention: details.convention,
    cost: costOfParts(undefined, undefined, dollars(a['gen_ai.usage.cost'])),
    userId:
      text(a['traceloop.association.properties.user_id']) ??
      text(a['ai.settings.context.userId']) ??
      text(a['langsmith.metadata.user_id']),
    callIfNoneBelow: false,
    isStopped: false,
  }
}

/** Traceloop's and OpenTelemetry's spans of Bedrock lack the operation's name where they lack the usage. */
const callWithoutName = (a: Attributes, provider: string | undefined): 'llm' | undefined =>
  provider !== undefined &&
  a['gen_ai.operation.name'] === undefined &&
  a['gen_ai.request.model'] !== undefined
    ? 'llm'
    : undefined

/** Reads what came from a cache and was written to one, and LangSmith's JSON, whose total is the provider's. */
function detailsOf(a: Attributes): UsageDetails & Partial<Pick<ReportedUsage, 'total' | 'convention'>> {
  const cached =
    tokens(a['gen_ai.usage.cache_read.input_tokens']) ?? tokens(a['gen_ai.usage.cache_read_input_tokens'])
  const written =
    tokens(a['gen_ai.usage.cache_creation.input_tokens']) ??
    tokens(a['gen_ai.usage.cache_write.input_tokens']) ??
    tokens(a['gen_ai.usage.cache_creation_input_tokens']) ??
    tokens(a['gen_ai.usage.cache_write_input_tokens'])
  if (cached === undefined && written === undefined) {
    const details = a['langsmith.usage_metadata']
    return details === undefined ? NO_DETAILS : langsmithDetails(details, a['langsmith.metadata.ls_provider'])
  }
  const writtenHour =
    tokens(a['gen_ai.usage.cache_creation.1h_input_tokens']) ??
    tokens(a['anthropic.usage.cache_creation.ephemeral_1h_input_tokens'])
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

/** What LangSmith has in JSON. */
type LangsmithDetails = UsageDetails & Pick<ReportedUsage, 'total' | 'convention'>

/**
 * Reads the parts in LangSmith's `usage_metadata`, which has LangChain's names, and the provider's total. The total that is
 * an attribute is LangSmith's own sum. Its wrapper of Google's SDK passes on Google's counts.
 */
function langsmithDetails(value: unknown, provider: unknown): LangsmithDetails {
  const usage = json(value) as
    | { input_token_details?: Record<string, unknown>; output_token_details?: Record<string, unknown> }
    | undefined
  const input = usage?.input_token_details
  const fiveMinutes = tokens(input?.['ephemeral_5m_input_tokens'])
  const hour = tokens(input?.['ephemeral_1h_input_tokens'])
  const byLifetime =
    fiveMinutes === undefined && hour === undefined ? undefined : (fiveMinutes ?? 0) + (hour ?? 0)
  const written = tokens(input?.['cache_creation'])
  return {
    convention: provider === 'google' ? LANGSMITH_GOOGLE : undefined,
    total: tokens((usage as { total_tokens?: unknown } | undefined)?.total_tokens),
    cached: tokens(input?.['cache_read']),
    written: byLifetime !== undefined && byLifetime > (written ?? 0) ? byLifetime : written,
    writtenHour: hour,
    reasoning: tokens(usage?.output_token_details?.['reasoning']),
  }
}
