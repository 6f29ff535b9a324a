import { setSession } from '@arizeai/openinference-core'
import { context } from '@opentelemetry/api'
import { openaiProgram } from './support/openai-program.ts'

/** The session as OpenInference's helper puts it into the context. */
export const program = openaiProgram(({ sessionId }, fn) =>
  context.with(setSession(context.active(), { sessionId }), fn),
)
