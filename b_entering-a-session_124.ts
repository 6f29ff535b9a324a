import { usingSession } from '@otel-sessions/processor'
socket.on('message', (message: unknown) =>
  usingSession({ sessionId: conversationId, userId }, () => agent.invoke(message)),
)

export {}
