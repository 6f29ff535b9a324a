
import { getSession, usingSession } from '@otel-sessions/processor'

// In the request, inside its session
const session = getSession()
await queue.add('summarize', { sessionId: session?.sessionId, userId: session?.userId, text: 'a long text' })

// In the worker
queue.process(({ data }) =>
  usingSession({ sessionId: data.sessionId, userId: data.userId }, () => agent.invoke(data.text)),
)

export {}
