
import { usingSession } from '@otel-sessions/processor'

export async function handler(event: { conversationId: string }): Promise<string> {
  const userId = await authenticatedUser(event)
  const conversation = await findConversation(event.conversationId, userId)
  try {
    return await usingSession({ sessionId: conversation?.id, userId }, () => agent.invoke(event))
  } finally {
    await provider.forceFlush()
  }
}

export {}
