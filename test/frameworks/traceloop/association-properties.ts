/** The Traceloop SDK; the session as `session_id` among the association properties. */
import { withAssociationProperties } from '@traceloop/node-server-sdk'
import { traceloopProgram } from './openai.ts'

export const program = traceloopProgram(({ sessionId }, fn) =>
  withAssociationProperties({ session_id: sessionId }, fn),
)
