// Two users call a tool of an MCP server of version 2, which reports progress and logs, through a client of their own.
// Right: the handler has the session of the user on its side, and the client's callbacks have it on theirs.
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer, type ServerContext } from '@modelcontextprotocol/server'
import { usingSession } from '@otel-sessions/processor'
import { bindTransport, sessions } from 'otel-sessions/mcp'
import { z } from 'zod'
import type { Application, Case } from '../program.ts'

async function callTool(application: Application, isBound: boolean): Promise<void> {
  const { users, work, session } = application
  const enter = sessions({ session: ({ mcpReq }: ServerContext) => session(String(mcpReq._meta?.['user'])) })
  const handler: typeof enter = isBound ? enter : (given) => given
  const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { logging: {} } })
  server.registerTool(
    'answer',
    { inputSchema: z.object({ user: z.string() }) },
    handler(async ({ user }, { mcpReq }) => {
      await work(user, 'tool')
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: mcpReq._meta?.progressToken ?? '', progress: 1, message: user },
      })
      await mcpReq.log('info', user)
      return { content: [{ type: 'text', text: user }] }
    }),
  )
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await server.connect(serverSide as never)
  const client = new Client({ name: 'test', version: '1' })
  const done: Promise<void>[] = []
  client.setNotificationHandler('notifications/message', ({ params }) => {
    done.push(work(String(params.data), 'log'))
  })
  await client.connect(isBound ? bindTransport(clientSide) : clientSide)
  const ask = async (user: string) => {
    const call = { name: 'answer', arguments: { user }, _meta: { user } }
    const { content } = await client.callTool(call, {
      onprogress: ({ message }) => void done.push(work(String(message), 'progress')),
    })
    if (JSON.stringify(content) !== JSON.stringify([{ type: 'text', text: user }]))
      throw new Error('another answer')
  }
  await Promise.all(users.map((user) => (isBound ? usingSession(session(user), () => ask(user)) : ask(user))))
  await Promise.all(done)
  await client.close()
}

export const cases: readonly Case[] = [
  {
    name: 'version 2, as usual',
    library: '@modelcontextprotocol/server',
    expected: { right: 0, missing: { log: 2, progress: 2, tool: 2 } },
    run: (application) => callTool(application, false),
  },
  {
    name: 'version 2, sessions() and bindTransport',
    library: '@modelcontextprotocol/server',
    expected: { right: 6 },
    run: (application) => callTool(application, true),
  },
]
