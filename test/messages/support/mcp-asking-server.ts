import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'

/**
 * A server with a tool that asks the client back while it runs: it reports progress, logs, asks its model and its user.
 * Everything says for which user the tool was called. A call waits until as many are open as its argument says.
 */
export function createAskingServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { logging: {} } })
  const inputSchema = { user: z.string(), open: z.number() }
  const meetings: (() => void)[] = []
  const meet = (count: number) =>
    new Promise<void>((resolve) => {
      meetings.push(resolve)
      if (meetings.length === count) for (const go of meetings.splice(0)) go()
    })
  server.registerTool('ask', { inputSchema }, async ({ user, open }, extra) => {
    await meet(open)
    const progressToken = extra._meta?.progressToken ?? ''
    await extra.sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress: 1, message: user },
    })
    await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data: user } })
    const message = { role: 'user', content: { type: 'text', text: user } }
    await extra.sendRequest(
      { method: 'sampling/createMessage', params: { messages: [message], maxTokens: 1 } } as never,
      z.looseObject({}),
    )
    await extra.sendRequest(
      {
        method: 'elicitation/create',
        params: { message: user, requestedSchema: { type: 'object', properties: {} } },
      } as never,
      z.looseObject({}),
    )
    await meet(open)
    return { content: [] }
  })
  return server
}
