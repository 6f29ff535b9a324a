/** Langfuse: the observed OpenAI SDK inside `propagateAttributes`, with Langfuse's own span processor. */
import { propagateAttributes } from '@langfuse/core'
import { observeOpenAI } from '@langfuse/openai'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import OpenAI from 'openai'
import { nowhere } from '../nowhere.ts'
import { replyWithTool, streamReply, trackOrder } from '../openai-agent.ts'
import type { Program } from '../program.ts'

export const program: Program = {
  processors: () => [
    new LangfuseSpanProcessor({
      publicKey: 'pk-local',
      secretKey: 'sk-local',
      exporter: nowhere,
      exportMode: 'immediate',
      shouldExportSpan: () => true,
      mediaUploadEnabled: false,
    }),
  ],

  async start({ modelUrl, toolUrl }) {
    const openai = observeOpenAI(new OpenAI({ baseURL: modelUrl, apiKey: 'local', maxRetries: 0 }))
    return {
      answer: ({ sessionId, text, stream }) =>
        propagateAttributes({ sessionId }, async () => {
          if (stream) return streamReply(openai, text)
          return replyWithTool(openai, text, (args) => trackOrder(toolUrl, args))
        }),
    }
  },
}
