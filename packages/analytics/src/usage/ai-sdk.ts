import { AI_SDK_5, AI_SDK_DETAILS } from './conventions-by-name.ts'
import { providerMetadata } from './provider-metadata.ts'
import { kindsOf, NO_USAGE, type ReportedUsage } from './reported-usage.ts'
import type { UsageConvention } from './usage-convention.ts'
import { type Attributes, text, tokens } from './values.ts'

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

/** The calls of the application that call a model. The span of the model's call never ends if a stream is stopped. */
const OUTER_CALLS: ReadonlySet<unknown> = new Set([
  'ai.generateText',
  'ai.streamText',
  'ai.generateObject',
  'ai.streamObject',
])

/** Reads the AI SDK up to 6, and the legacy telemetry of 7. */
export function aiSdk(a: Attributes): ReportedUsage {
  const kind = AI_SDK_KINDS.get(a['ai.operationId'])
  const usage: ReportedUsage = {
    ...NO_USAGE,
    kind,
    model: text(a['ai.response.model']) ?? text(a['gen_ai.response.model']),
    requestModel: text(a['ai.model.id']) ?? text(a['gen_ai.request.model']),
    // The SDK writes the requested one where the provider names none.
    mayBeRequested: true,
    responseId: text(a['ai.response.id']) ?? text(a['gen_ai.response.id']),
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
    written: tokens(a['ai.usage.inputTokenDetails.cacheWriteTokens']),
    reasoning:
      tokens(a['ai.usage.outputTokenDetails.reasoningTokens']) ?? tokens(a['ai.usage.reasoningTokens']),
    convention: conventionOf(a),
    userId: text(a['ai.telemetry.metadata.userId']) ?? text(a['ai.settings.context.userId']),
    callIfNoneBelow: OUTER_CALLS.has(a['ai.operationId']),
    isStopped: false,
  }
  if (a['ai.operationId'] === 'ai.streamText') return { ...usage, isStopped: isStopped(a, usage) }
  // The metadata of the application's call is that of its last step, and its usage that of all steps.
  return kind === 'llm' ? { ...usage, ...providerMetadata(a['ai.response.providerMetadata'], usage) } : usage
}

/**
 * A stream has a reason to finish once a step has ended, and usage once the last one has: the sum of all its calls.
 * Without a reason it was stopped in its first step: then there is one call, whose span may have ended.
 */
const isStopped = (a: Attributes, { input, output }: ReportedUsage): boolean =>
  a['ai.response.finishReason'] !== undefined && input === undefined && output === undefined

/** AI SDK 6 writes what the input consists of; 5 passes on what its providers return. */
const conventionOf = (a: Attributes): readonly UsageConvention[] =>
  a['ai.usage.inputTokenDetails.noCacheTokens'] === undefined &&
  a['ai.usage.inputTokenDetails.cacheReadTokens'] === undefined &&
  a['ai.usage.inputTokenDetails.cacheWriteTokens'] === undefined
    ? AI_SDK_5
    : AI_SDK_DETAILS
