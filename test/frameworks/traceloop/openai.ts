/** The OpenAI SDK under Traceloop's instrumentation, and the processor that carries Traceloop's own attributes. */
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { createSpanProcessor } from '@traceloop/node-server-sdk'
import OpenAI from 'openai'
import { nowhere } from '../nowhere.ts'
import { type ChatClient, replyWithTool, streamReply, trackOrder } from '../openai-agent.ts'
import type { Places, Turn } from '../program.ts'

export function instrumentations(): OpenAIInstrumentation[] {
  const instrumentation = new OpenAIInstrumentation()
  // Its hook waits for a require(); an import never triggers it.
  instrumentation.manuallyInstrument(OpenAI)
  return [instrumentation]
}

export function processors(): SpanProcessor[] {
  return [createSpanProcessor({ exporter: nowhere, disableBatch: true })]
}

/** Answers a turn; whoever calls it has said which session it is. */
export function newAgent({
  modelUrl,
  toolUrl,
}: Places): (turn: Turn) => Promise<string | AsyncIterable<string>> {
  const openai: ChatClient = new OpenAI({ baseURL: modelUrl, apiKey: 'local', maxRetries: 0 })
  return async ({ text, stream }) => {
    if (stream) return streamReply(openai, text)
    return replyWithTool(openai, text, (args) => trackOrder(toolUrl, args))
  }
}
