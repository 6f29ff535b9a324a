import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import OpenAI from 'openai'
import type { Program } from '../program.ts'
import { answerTurn, SETTINGS } from './support/openai-turn.ts'
import { whenRead } from './support/when-read.ts'

const instrumentation = new OpenAIInstrumentation()

/** Traceloop's instrumentation, and a stream whose request is made outside of every scope. */
export const program: Program = {
  instrumentations: () => [instrumentation],
  async start(places) {
    // It has to be shown version 7: it looks for the OpenAI SDK below that.
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
