/** Converse, in the same form for every model: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import type { ProviderUsage, Reply } from '../../cases.ts'
import { type Json, pieces } from '../http.ts'

/** An answer that is not streamed. */
export const converseBody = (reply: Reply, number: number, usage: Json) => ({
  output: { message: { role: 'assistant', content: contentOf(reply, number) } },
  stopReason: stopReasonOf(reply),
  usage,
  metrics: { latencyMs: 1 },
})

/** The events of a stream: each has one key, its name. A stream that hangs sends two words. */
export function converseEvents(reply: Reply, number: number, usage: Json): Json[] {
  const blocks = contentOf(reply, number).flatMap(eventsOfBlock)
  const start = { messageStart: { role: 'assistant' } }
  if (reply.hangs) return [start, ...blocks.slice(0, 2)]
  return [
    start,
    ...blocks,
    { messageStop: { stopReason: stopReasonOf(reply) } },
    { metadata: { usage, metrics: { latencyMs: 1 } } },
  ]
}

const stopReasonOf = (reply: Reply) => (reply.toolCalls ? 'tool_use' : 'end_turn')

function contentOf({ reasoning, text, toolCalls = [] }: Reply, number: number): Json[] {
  return [
    ...(reasoning
      ? [{ reasoningContent: { reasoningText: { text: reasoning, signature: SIGNATURE } } }]
      : []),
    ...(text ? [{ text }] : []),
    ...toolCalls.map((call, index) => ({
      toolUse: { toolUseId: `tooluse_${number}_${index + 1}`, name: call.name, input: call.arguments },
    })),
  ]
}

const SIGNATURE = Buffer.from('signature of a thought').toString('base64')

function eventsOfBlock(block: Json, contentBlockIndex: number): Json[] {
  const { text, reasoningContent, toolUse } = block as {
    text?: string
    reasoningContent?: { reasoningText: { text: string; signature: string } }
    toolUse?: { toolUseId: string; name: string; input: Json }
  }
  const delta = (change: Json): Json => ({ contentBlockDelta: { delta: change, contentBlockIndex } })
  const stop = { contentBlockStop: { contentBlockIndex } }
  if (toolUse) {
    const { input, ...start } = toolUse
    const json = JSON.stringify(input)
    return [
      { contentBlockStart: { start: { toolUse: start }, contentBlockIndex } },
      ...[json.slice(0, 5), json.slice(5)].map((part) => delta({ toolUse: { input: part } })),
      stop,
    ]
  }
  if (reasoningContent) {
    const { reasoningText } = reasoningContent
    const words = pieces(reasoningText.text).map((word) => delta({ reasoningContent: { text: word } }))
    return [...words, delta({ reasoningContent: { signature: reasoningText.signature } }), stop]
  }
  return [...pieces(text ?? '').map((word) => delta({ text: word })), stop]
}

/**
 * Bedrock's way: `inputTokens` excludes what was read from a cache and written to one, `totalTokens` includes both, and
 * reasoning is not counted apart.
 */
export function usageOf({ input, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, output }: ProviderUsage) {
  const written = cacheWrite + cacheWriteHour
  const cacheDetails = [
    { ttl: '1h', inputTokens: cacheWriteHour },
    { ttl: '5m', inputTokens: cacheWrite },
  ].filter((detail) => detail.inputTokens > 0)
  return {
    inputTokens: input - cacheRead - written,
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: written,
    ...(cacheDetails.length > 0 && { cacheDetails }),
  }
}

/** What that usage says in our terms. */
export function reportedUsage(usage: ProviderUsage): ProviderUsage {
  const { reasoning: _, toolUsePrompt: __, ...reported } = usage
  return reported
}
