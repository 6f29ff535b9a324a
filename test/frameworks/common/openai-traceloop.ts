import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import OpenAI from 'openai'
import type { Program } from '../program.ts'
import { answerTurn, SETTINGS } from './support/openai-turn.ts'
import { whenRead } from './support/when-read.ts'

const instrumentation = new OpenAIInstrumentation()

/** Traceloop's instrumentation, with a stream whose request is made outside every scope. */
export const program: Program = {
  instrumentations: () => [instrumentation],
  async start(places) {
    // Version 7 must be passed explicitly: it only looks for older OpenAI SDKs.
    instrumentation.manuallyInstrument(OpenAI)
    const client = new OpenAI({ ...SETTINGS, baseURL: places.modelUrl })
    return {
      async answer(turn) {
        const answer = () => answerTurn(client, places, turn, { metadata: { session_id: turn.sessionId } })
        return turn.stream ? whenRead(answer) : answer()
      },
    }
  },
}
