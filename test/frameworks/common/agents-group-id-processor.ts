import { getCurrentTrace } from '@openai/agents'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Program } from '../program.ts'
import { createAgents } from './support/agents.ts'

/** Writes the `groupId` of the current run, from the Agents SDK, to every span that starts during a run. */
const groupIds: SpanProcessor = {
  onStart(span) {
    const groupId = getCurrentTrace()?.groupId
    if (groupId) span.setAttribute('session.id', groupId)
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

/** `groupId`, with a span processor of the application that reads it. */
export const program: Program = {
  processors: () => [groupIds],
  start: async (places) => createAgents(places),
}
