// Two users call a tool, a resource and a prompt of an MCP server. It knows them by their token, over HTTP, or else by
// the server that was made for them.
// Right: the handlers have the session of the user, and so has the server's span of the HTTP request.

import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { usingSession } from '@otel-sessions/processor'
import { type McpExtra, sessions } from 'otel-sessions/mcp'
import { z } from 'zod'
import type { Application, Case } from '../program.ts'
import { instrumentMcp } from '../support/mcp-instrumentations.ts'

const require = createRequire(import.meta.url)

type Wrap = ReturnType<typeof sessions>

/** A server whose handlers work for the user who calls. */
function createServer({ work }: Application, enter: Wrap, userOf: (extra: McpExtra) => string): McpServer {
  const server = new McpServer({ name: 'test', version: '1' })
  const inputSchema = { text: z.string() }
  server.registerTool(
    'answer',
    { inputSchema },
    enter(async ({ text }, extra) => {
      await work(userOf(extra), 'tool')
      return { content: [{ type: 'text', text: text.toUpperCase() }] }
    }),
  )
  server.registerResource(
    'history',
    'history://all',
    {},
    enter(async (uri, extra) => {
      await work(userOf(extra), 'resource')
      return { contents: [{ uri: uri.href, text: '' }] }
    }),
  )
  server.registerPrompt(
    'greet',
    { argsSchema: { name: z.string() } },
    enter(async ({ name }, extra) => {
      await work(userOf(extra), 'prompt')
      return { messages: [{ role: 'user', content: { type: 'text', text: name } }] }
    }),
  )
  return server
}

async function callAll(transport: Transport): Promise<void> {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  for (let round = 0; round < 2; round++) {
    const { content } = await client.callTool({ name: 'answer', arguments: { text: 'yes' } })
    if (JSON.stringify(content) !== '[{"type":"text","text":"YES"}]') throw new Error('another answer')
    await client.readResource({ uri: 'history://all' })
    await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })
  }
  await client.close()
}

const userOfToken = ({ authInfo }: McpExtra) => String(authInfo?.extra?.['user'])

/** Each request has a token, and a server and transport of its own, as in a stateless deployment. */
async function overHttp(application: Application, enter: Wrap): Promise<void> {
  const http: typeof import('node:http') = require('node:http')
  const server: HttpServer = http.createServer(
    async (request: IncomingMessage & { auth?: AuthInfo }, response) => {
      const token = String(request.headers.authorization)
      // As your verifier of tokens tells it.
      request.auth = { token, clientId: 'test', scopes: [], extra: { user: token } }
      const mcp = createServer(application, enter, userOfToken)
      const transport = new StreamableHTTPServerTransport({})
      response.on('close', () => void mcp.close())
      await mcp.connect(transport as Transport)
      await transport.handleRequest(request, response)
    },
  )
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await Promise.all(
    application.users.map((user) => {
      // The client works for the user, too, and its instrumentation makes spans in the same trace.
      const requestInit = { headers: { authorization: user } }
      const transport = new StreamableHTTPClientTransport(new URL(user, url), { requestInit }) as Transport
      return usingSession(application.session(user), () => callAll(transport))
    }),
  )
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** Each user has a server of its own, in the process of the client. */
async function inMemory(application: Application, isWrapped: boolean): Promise<void> {
  await Promise.all(
    application.users.map(async (user) => {
      const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
      const enter: Wrap = isWrapped
        ? sessions({ session: () => application.session(user) })
        : (handler) => handler
      await createServer(application, enter, () => user).connect(serverSide)
      await callAll(clientSide)
    }),
  )
}

const asUsual: Wrap = (handler) => handler

const byToken = ({ session }: Application) =>
  sessions({
    session: async (extra) => {
      await new Promise((resolve) => setImmediate(resolve))
      return session(userOfToken(extra))
    },
  })

const OWN = { tool: 4, resource: 4, prompt: 4 }
/** A client begins with two requests that have no handler. A middleware such as `otel-sessions/express` reaches them. */
const WITHOUT_HANDLER = { POST: 4 }
/** Listens for messages, until the client ends. */
const uncounted = ['GET']

export const cases: readonly Case[] = [
  {
    name: 'a server over HTTP, as usual',
    library: '@modelcontextprotocol/sdk',
    expected: { right: 0, missing: { ...OWN, POST: 16 } },
    uncounted,
    instrumentations: () => [new HttpInstrumentation()],
    run: (application) => overHttp(application, asUsual),
  },
  {
    name: 'a server over HTTP, sessions()',
    library: '@modelcontextprotocol/sdk',
    expected: { right: 24, missing: WITHOUT_HANDLER },
    uncounted,
    instrumentations: () => [new HttpInstrumentation()],
    run: (application) => overHttp(application, byToken(application)),
  },
  {
    // The handlers are in the trace of the client, whose 16 spans count as well.
    name: 'a server over HTTP, sessions(), Traceloop and OpenInference',
    library: '@modelcontextprotocol/sdk',
    expected: { right: 40, missing: WITHOUT_HANDLER },
    uncounted,
    instrumentations: () => [new HttpInstrumentation(), ...instrumentMcp()],
    run: (application) => overHttp(application, byToken(application)),
  },
  {
    name: 'a server in memory, as usual',
    library: '@modelcontextprotocol/sdk',
    expected: { right: 0, missing: OWN },
    run: (application) => inMemory(application, false),
  },
  {
    name: 'a server in memory, sessions()',
    library: '@modelcontextprotocol/sdk',
    expected: { right: 12 },
    run: (application) => inMemory(application, true),
  },
]
