import { generateText, stepCountIs, streamText, tool } from 'ai6'
import { createOpenAI } from 'ai6-openai'
import { z } from 'zod'
import type { Program } from '../program.ts'
import { MODEL, SETTINGS, trackOrder } from './support/openai-turn.ts'

/** AI SDK 6: the session in the metadata of `experimental_telemetry`. */
export const program: Program = {
  async start(places) {
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
          stopWhen: stepCountIs(3),
          maxRetries: SETTINGS.maxRetries,
          experimental_telemetry: { isEnabled: true, metadata: { sessionId } },
        }
        return stream ? streamText(call).textStream : (await generateText(call)).text
      },
    }
  },
}
