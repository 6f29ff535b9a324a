import { createRequire } from 'node:module'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import type OpenAI from 'openai'
import type { Program } from '../program.ts'
import { answerTurn, SETTINGS } from './support/openai-turn.ts'

/** OpenTelemetry's own instrumentation, which supports the OpenAI SDK up to version 6. */
export const program: Program = {
  instrumentations: () => [new OpenAIInstrumentation()],
  async start(places) {
    // It patches required modules only, not imported ones. The used parts of version 6 are as in version 7.
    const openai6 = createRequire(import.meta.url)('openai6') as { OpenAI: typeof OpenAI }
    const client = new openai6.OpenAI({ ...SETTINGS, baseURL: places.modelUrl })
    return {
      answer: (turn) => answerTurn(client, places, turn, { metadata: { session_id: turn.sessionId } }),
    }
  },
}
