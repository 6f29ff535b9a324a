import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'
import type { Program } from '../program.ts'
import { answerTurn, SETTINGS } from './support/openai-turn.ts'

const instrumentation = new OpenAIInstrumentation()

/** The session as OpenAI's own `metadata` of a request. */
export const program: Program = {
  instrumentations: () => [instrumentation],
  async start(places) {
    instrumentation.manuallyInstrument(OpenAI)
    const client = new OpenAI({ ...SETTINGS, baseURL: places.modelUrl })
    return {
      answer: (turn) => answerTurn(client, places, turn, { metadata: { session_id: turn.sessionId } }),
    }
  },
}
