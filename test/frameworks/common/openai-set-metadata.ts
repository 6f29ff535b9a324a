import { setMetadata } from '@arizeai/openinference-core'
import { context } from '@opentelemetry/api'
import { openaiProgram } from './support/openai-program.ts'

/** The session as an entry of the metadata that OpenInference puts on LLM spans. */
export const program = openaiProgram(({ sessionId }, fn) =>
  context.with(setMetadata(context.active(), { thread_id: sessionId }), fn),
)
