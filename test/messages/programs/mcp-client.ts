// Two users share an MCP client, which connects when the first of them comes. The server asks back while it answers.
// Right: what the client does for a call, such as to ask the model, has the session of that call, or none if the
// transport does not say which call it is; never that of another user.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { usingSession } from '@otel-sessions/processor'
import { bindTransport } from 'otel-sessions/mcp'
import type { Application, Case } from '../program.ts'
import { createAskingServer } from '../support/mcp-asking-server.ts'
import { instrumentMcp } from '../support/mcp-instrumentations.ts'

/** Connects to a server, and runs what uses the transport. */
type With = (use: (transport: Transport) => Promise<void>) => Promise<void>

const overStdio: With = async (use) => {
  const server = fileURLToPath(new URL('../support/mcp-stdio-server.ts', import.meta.url))
  await use(new StdioClientTransport({ command: process.execPath, args: [server] }))
}

const inMemory: With = async (use) => {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await createAskingServer().connect(serverSide)
  await use(clientSide)
}

const overHttp: With = async (use) => {
  let id = 0
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => String(id++) })
  await createAskingServer().connect(transport as Transport)
  const http = createServer((request, response) => void transport.handleRequest(request, response))
  http.listen(0, '127.0.0.1')
  await new Promise((resolve) => http.once('listening', resolve))
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  await use(new StreamableHTTPClientTransport(url) as Transport)
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
}

/** Each user calls the tool twice, at once or one user after the other. */
async function ask(application: Application, transport: Transport, isAtOnce: boolean): Promise<void> {
  const { users, work, session, tracer } = application
  const done: Promise<void>[] = []
  const open = isAtOnce ? users.length : 1
  const capabilities = { sampling: {}, elicitation: {} }
  const client = new Client({ name: 'test', version: '1' }, { capabilities })
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
    const [message] = params.messages as unknown as { content: { text: string } }[]
    await work(String(message?.content.text), 'sampling')
    return { role: 'assistant', model: 'test', content: { type: 'text', text: '' } }
  })
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    await work(params.message, 'elicitation')
    return { action: 'decline' }
  })
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    done.push(work(String(params.data), 'log'))
  })
  const askAs = (user: string) =>
    tracer.startActiveSpan(`request of ${user}`, { attributes: { 'test.owner': user } }, async (span) => {
      await usingSession(session(user), async () => {
        // It connects when it is needed first, in the request of one user.
        if (user === users[0]) await client.connect(transport)
        await connected(client)
        for (let round = 0; round < 2; round++) {
          await client.callTool({ name: 'ask', arguments: { user, open } }, undefined, {
            onprogress: ({ message }) => void done.push(work(String(message), 'progress')),
          })
        }
      })
      span.end()
    })
  if (isAtOnce) await Promise.all(users.map(askAs))
  else for (const user of users) await askAs(user)
  await Promise.all(done)
  await client.close()
}

async function connected(client: Client): Promise<void> {
  while (client.getServerCapabilities() === undefined) await new Promise((resolve) => setImmediate(resolve))
}

const run =
  (using: With, { bound = true, atOnce = true } = {}): Case['run'] =>
  (application) =>
    using((transport) => ask(application, bound ? bindTransport(transport) : transport, atOnce))

const library = '@modelcontextprotocol/sdk'

export const cases: readonly Case[] = [
  {
    name: 'a client over HTTP, as usual',
    library,
    expected: { right: 18 },
    run: run(overHttp, { bound: false }),
  },
  { name: 'a client over HTTP, bindTransport', library, expected: { right: 18 }, run: run(overHttp) },
  {
    // Two spans of each user are the instrumentation's.
    name: 'a client over HTTP, bindTransport, Traceloop and OpenInference',
    library,
    expected: { right: 24 },
    instrumentations: instrumentMcp,
    run: run(overHttp),
  },
  { name: 'a client in memory, bindTransport', library, expected: { right: 18 }, run: run(inMemory) },
  {
    // The other user's callbacks run in the context of the request that connected.
    name: 'a client over stdio, as usual',
    library,
    expected: { right: 10, wrong: { elicitation: 2, log: 2, progress: 2, sampling: 2 } },
    run: run(overStdio, { bound: false }),
  },
  {
    name: 'a client over stdio, bindTransport, one user after the other',
    library,
    expected: { right: 18 },
    run: run(overStdio, { atOnce: false }),
  },
  {
    name: 'a client over stdio, bindTransport, one user after the other, Traceloop and OpenInference',
    library,
    expected: { right: 24 },
    instrumentations: instrumentMcp,
    run: run(overStdio, { atOnce: false }),
  },
  {
    // The protocol says for progress only which call it is of.
    name: 'a client over stdio, bindTransport, at once',
    library,
    expected: {
      right: 6,
      missing: { elicitation: 4, log: 4, sampling: 4 },
      problems: ['mcp:several-sessions'],
    },
    run: run(overStdio),
  },
]
