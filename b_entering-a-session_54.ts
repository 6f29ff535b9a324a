import { usingSession } from '@otel-sessions/processor'
import { Hono } from 'hono'

const app = new Hono()
app.use('/conversations/:id/*', async (c, next) => {
  const userId = await authenticatedUser(c.req.raw)
  const conversation = await findConversation(c.req.param('id'), userId)
  if (conversation === undefined) return c.notFound()
  return usingSession({ sessionId: conversation.id, userId }, () => next().then(() => c.res))
})

export {}
