import { aiSdk } from './ai-sdk.ts'
import { genAi } from './gen-ai.ts'
import { openInferenceJson } from './open-inference-json.ts'
import { costOfParts, kindsOf, NO_USAGE, type ReportedUsage } from './reported-usage.ts'
import { type Attributes, dollars, text, tokens } from './values.ts'

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

/** Reads OpenInference, whose processor for the AI SDK adds its names to those of the SDK. */
export function openInference(a: Attributes): ReportedUsage {
  const kind = OPENINFERENCE_KINDS.get(a['openinference.span.kind'])
  // OpenInference copies the numbers of the AI SDK and leaves out what says how they are counted.
  if (a['ai.operationId'] !== undefined) return { ...aiSdk(a), kind }
  if (a['gen_ai.usage.input_tokens'] !== undefined) return { ...genAi(a), kind }
  const usage: ReportedUsage = {
    ...NO_USAGE,
    kind,
    model: text(a['llm.response.model_name']) ?? text(a['llm.model_name']),
    mayBeRequested: a['llm.response.model_name'] === undefined,
    requestModel:
      text(a['llm.request.model_name']) ?? text(a['embedding.model_name']) ?? text(a['reranker.model_name']),
    provider: text(a['llm.provider']) ?? text(a['llm.system']),
    input: tokens(a['llm.token_count.prompt']),
    output: tokens(a['llm.token_count.completion']) ?? tokens(a['gen_ai.usage.output_tokens']),
    total: tokens(a['llm.token_count.total']),
    cached:
      tokens(a['llm.token_count.prompt_details.cache_read']) ??
      tokens(a['llm.token_count.prompt_details.cache_input']),
    written: tokens(a['llm.token_count.prompt_details.cache_write']),
    reasoning: tokens(a['llm.token_count.completion_details.reasoning']),
    cost: costOfParts(
      dollars(a['llm.cost.prompt']),
      dollars(a['llm.cost.completion']),
      dollars(a['llm.cost.total']),
    ),
  }
  return kind === 'llm' ? { ...usage, ...openInferenceJson(a, usage) } : usage
}
