/**
 * MCP: a tool runs in the session of the user whose token came with the call, and callbacks of the client in its own.
 *
 *   node examples/mcp.ts
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { registerSessions, usingSession } from 'otel-sessions'
import { bindTransport, type McpExtra, sessions } from 'otel-sessions/mcp'
import { z } from 'zod'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions()
const tracer = trace.getTracer('app')

// These stand for your verifier of tokens and your database: who a token belongs to, and the user's conversation.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const conversations = new Map(Object.entries({ user_123: 'conv_456', user_124: 'conv_789' }))

// The session of the transport, `extra.sessionId`, would be no proof: any client may send it.
const enter = sessions({
  session: ({ authInfo }: McpExtra) => {
    const userId = String(authInfo?.extra?.['userId'])
    return { sessionId: `${userId}_${conversations.get(userId)}`, userId }
  },
})

const http = createServer(async (request: IncomingMessage & { auth?: AuthInfo }, response) => {
  const token = request.headers.authorization ?? ''
  const userId = users.get(token)
  if (userId === undefined) return void response.writeHead(401).end()
  request.auth = { token, clientId: 'app', scopes: [], extra: { userId } }
  const server = new McpServer({ name: 'parcels', version: '1.0.0' })
  server.registerTool(
    'track',
    { inputSchema: { parcel: z.string() } },
    enter(async ({ parcel }, { _meta, sendNotification }) => {
      tracer.startSpan('look up').end()
      const progress = { progressToken: _meta?.progressToken ?? '', progress: 1 }
      await sendNotification({ method: 'notifications/progress', params: progress })
      return { content: [{ type: 'text', text: `The ${parcel} is on its way.` }] }
    }),
  )
  const transport = new StreamableHTTPServerTransport({})
  response.on('close', () => void server.close())
  await server.connect(transport as Transport)
  await transport.handleRequest(request, response)
}).listen(0)

const url = new URL(`http://localhost:${(http.address() as AddressInfo).port}`)
const ask = async (authorization: string, parcel: string) => {
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } })
  const client = new Client({ name: 'app', version: '1.0.0' })
  await client.connect(bindTransport(transport) as Transport)
  const onprogress = () => tracer.startSpan('show progress').end()
  const answer = await client.callTool({ name: 'track', arguments: { parcel } }, undefined, { onprogress })
  console.log(answer.content)
  await client.close()
}
await Promise.all([
  usingSession({ sessionId: 'chat_a', userId: 'user_123' }, () => ask('Bearer token-a', 'parcel')),
  usingSession({ sessionId: 'chat_b', userId: 'user_124' }, () => ask('Bearer token-b', 'letter')),
])
http.close().closeAllConnections()
await telemetry.shutdown()
