
import { bindSession } from '@otel-sessions/processor'

bindSession(socket, { sessionId: conversationId, userId })
socket.on('message', (message: unknown) => agent.invoke(message))

export {}
