/** InvokeModel: the body is the model's own, with Bedrock's counts beside it. */
import type { ProviderUsage, Reply } from '../../cases.ts'
import { type Host, messageOf } from '../anthropic/message.ts'
import { eventsOf } from '../anthropic/stream.ts'
import type { Json } from '../http.ts'
import { converseBody, converseEvents, usageOf } from './converse.ts'

/** An answer in the form of the model: Anthropic's or Amazon Nova's. */
export function invokeBody(model: string, reply: Reply, number: number): Json {
  if (isAnthropic(model)) return messageOf(reply, number, hostOf(model, number))
  const { metrics: _, ...body } = converseBody(reply, number, novaUsage(reply.usage))
  return body
}

/** The events of a stream in the form of the model; the last one has Bedrock's counts. */
export function invokeEvents(model: string, reply: Reply, number: number): Json[] {
  const events = isAnthropic(model)
    ? eventsOf(reply, number, hostOf(model, number))
    : converseEvents(reply, number, novaUsage(reply.usage))
  const last = events.pop()
  return [
    ...events,
    { ...last, ...(!reply.hangs && { 'amazon-bedrock-invocationMetrics': metricsOf(reply.usage) }) },
  ]
}

/** Bedrock's own counts of an answer that is not streamed. */
export function countHeaders(usage: ProviderUsage): Record<string, string> {
  const counts = usageOf(usage)
  return {
    'x-amzn-bedrock-invocation-latency': '1',
    'x-amzn-bedrock-input-token-count': String(counts.inputTokens),
    'x-amzn-bedrock-output-token-count': String(counts.outputTokens),
    'x-amzn-bedrock-cache-read-input-token-count': String(counts.cacheReadInputTokens),
    'x-amzn-bedrock-cache-write-input-token-count': String(counts.cacheWriteInputTokens),
  }
}

function metricsOf(usage: ProviderUsage): Json {
  const counts = usageOf(usage)
  return {
    inputTokenCount: counts.inputTokens,
    outputTokenCount: counts.outputTokens,
    invocationLatency: 1,
    firstByteLatency: 1,
    cacheReadInputTokenCount: counts.cacheReadInputTokens,
    cacheWriteInputTokenCount: counts.cacheWriteInputTokens,
  }
}

const isAnthropic = (model: string) => model.includes('anthropic.claude')

/** Anthropic's model says the name that it has at Anthropic: without region, vendor and revision. */
function hostOf(model: string, number: number): Host {
  const name = /anthropic\.(.+)-v\d+:\d+$/.exec(model)?.[1] ?? model
  return { id: `msg_bdrk_${number}`, model: name, countsThinking: false }
}

/** Nova's names for the cache; the numbers are those of Converse. */
function novaUsage(usage: ProviderUsage): Json {
  const { inputTokens, outputTokens, totalTokens, ...cache } = usageOf(usage)
  return {
    inputTokens,
    outputTokens,
    totalTokens,
    cacheReadInputTokenCount: cache.cacheReadInputTokens,
    cacheWriteInputTokenCount: cache.cacheWriteInputTokens,
  }
}
