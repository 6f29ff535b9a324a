
import { context } from '@opentelemetry/api'
import { contextWithSession } from '@otel-sessions/processor'

const inSession = contextWithSession(context.active(), { sessionId: conversationId, userId })
const answer = await context.with(inSession, () => agent.invoke(input))

export {}
