
import { usingSession } from '@otel-sessions/processor'

const answer = await usingSession({ sessionId: conversationId, userId }, () => agent.invoke(input))

export {}
