/** The Traceloop SDK; the session as the ID of a conversation. */
import { withConversation } from '@traceloop/node-server-sdk'
import type { Program } from '../program.ts'
import { instrumentations, newAgent, processors } from './openai.ts'

export const program: Program = {
  instrumentations,
  processors,
  async start(places) {
    const answer = newAgent(places)
    return { answer: (turn) => withConversation(turn.sessionId, () => answer(turn)) }
  },
}
