
import express from 'express'
import { usingSession } from '@otel-sessions/processor'

const app = express()
app.use('/conversations/:id', authenticate, async (request, response, next) => {
  const { userId } = response.locals
  const conversation = await findConversation(request.params.id, userId)
  if (conversation === undefined) {
    response.sendStatus(404)
    return
  }
  usingSession({ sessionId: conversation.id, userId }, next)
})

export {}
