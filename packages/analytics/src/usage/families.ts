import { aiSdk } from './ai-sdk.ts'
import { genAi } from './gen-ai.ts'
import { langfuse } from './langfuse.ts'
import { openInference } from './open-inference.ts'
import type { ReportedUsage } from './reported-usage.ts'
import type { Attributes } from './values.ts'

// A file for each family of conventions has its attributes, in the order in which they are read. The first usable value
// wins. Look-ups of constant names take half the time of look-ups in a loop over names (8 against 14 ns), and each span
// makes about twenty.
//
// Sources: OpenTelemetry's GenAI semantic conventions and their older names; `@arizeai/openinference-semantic-conventions`
// 2.12; `@traceloop/ai-semantic-conventions` 0.27; `ai` 5.0 and 6.0, and `@ai-sdk/otel` 1.0; `@langfuse/core` 5.11;
// `langsmith` 0.10, `@mastra/otel-exporter` 1.4, `@strands-agents/sdk` 1.19, `@anthropic-ai/sdk` 1.14 and `@google/adk` 2.0,
// which use GenAI names and add to them.

/**
 * Reads a span by the names of the first family that it has a characteristic attribute of. Undefined for spans of no
 * family, such as HTTP requests, which cost no more than these look-ups.
 */
export function readFamilyUsage(a: Attributes): ReportedUsage | undefined {
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
function readIncomplete(a: Attributes): ReportedUsage | undefined {
  if (a['gen_ai.response.model'] !== undefined || a['gen_ai.usage.output_tokens'] !== undefined)
    return genAi(a)
  if (a['gen_ai.usage.prompt_tokens'] !== undefined) return genAi(a)
  if (a['gen_ai.usage.completion_tokens'] !== undefined || a['gen_ai.tool.name'] !== undefined)
    return genAi(a)
  if (a['langfuse.observation.model.name'] !== undefined) return langfuse(a)
  return a['langfuse.observation.cost_details'] !== undefined ? langfuse(a) : undefined
}
