/** The Traceloop SDK; the session as `session_id` among the association properties. */
import { withAssociationProperties } from '@traceloop/node-server-sdk'
import type { Program } from '../program.ts'
import { instrumentations, newAgent, processors } from './openai.ts'

export const program: Program = {
  instrumentations,
  processors,
  async start(places) {
    const answer = newAgent(places)
    return {
      answer: (turn) => withAssociationProperties({ session_id: turn.sessionId }, () => answer(turn)),
    }
  },
}
