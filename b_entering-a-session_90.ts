
import { trace } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'

const session = { sessionId: conversationId, userId }
setSpanSession(trace.getActiveSpan(), session)
const answer = await usingSession(session, () => agent.invoke(input))

export {}
