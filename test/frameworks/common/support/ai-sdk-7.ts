import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, streamText, tool } from 'ai'
import { z } from 'zod'
import type { Application, Places } from '../../program.ts'
import { MODEL, SETTINGS, trackOrder } from './openai-turn.ts'

/** AI SDK 7 with the session in its runtime context, which is included in telemetry. */
export function createAiSdk7(places: Places): Application {
  const model = createOpenAI({ apiKey: SETTINGS.apiKey, baseURL: places.modelUrl }).chat(MODEL)
  const track = tool({
    description: 'Says where a parcel is and when it arrives',
    inputSchema: z.object({ order: z.string() }),
    execute: ({ order }) => trackOrder(places, order),
  })
  return {
    async answer({ sessionId, text, stream }) {
      const call = {
        model,
        prompt: text,
        tools: { track_order: track },
        stopWhen: isStepCount(3),
        maxRetries: SETTINGS.maxRetries,
        runtimeContext: { sessionId },
        telemetry: { includeRuntimeContext: { sessionId: true } },
      } as const
      return stream ? streamText(call).textStream : (await generateText(call)).text
    },
  }
}
