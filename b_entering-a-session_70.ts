import { usingSession } from '@otel-sessions/processor'
import { createServer } from 'node:http'

const server = createServer(async (request, response) => {
  const userId = await authenticatedUser(request)
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const conversation = await findConversation(pathname.slice('/conversations/'.length), userId)
  if (conversation === undefined) {
    response.writeHead(404).end()
    return
  }
  const answer = await usingSession({ sessionId: conversation.id, userId }, () => handle(request))
  response.end(answer)
})

export {}
