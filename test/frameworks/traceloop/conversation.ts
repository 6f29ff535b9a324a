/** The Traceloop SDK; the session as the ID of a conversation. */
import { withConversation } from '@traceloop/node-server-sdk'
import { traceloopProgram } from './openai.ts'

export const program = traceloopProgram(({ sessionId }, fn) => withConversation(sessionId, fn))
