
import { trace } from '@opentelemetry/api'
import { setSpanSession } from '@otel-sessions/processor'

setSpanSession(trace.getActiveSpan(), { sessionId: conversationId, userId })

export {}
