import { getCurrentTrace } from '@openai/agents'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Program } from '../program.ts'
import { createAgents } from './support/agents.ts'

/** Every span that starts during a run learns from the Agents SDK which run it is, and so its `groupId`. */
const groupIds: SpanProcessor = {
  onStart(span) {
    const groupId = getCurrentTrace()?.groupId
    if (groupId) span.setAttribute('session.id', groupId)
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
}

/** `groupId`, and a span processor of the application's own that asks for it. */
export const program: Program = {
  processors: () => [groupIds],
  start: async (places) => createAgents(places),
}
