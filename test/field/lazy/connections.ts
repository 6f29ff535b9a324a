// Each user has a long-lived connection, which a server binds to the user's session when it is opened.
// What its callbacks do must have that session, though the messages arrive in other contexts.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { bindSession } from '@otel-sessions/processor'
import { Server as SocketServer } from 'socket.io'
import { io } from 'socket.io-client'
import { WebSocket, WebSocketServer } from 'ws'
import type { Case, Field } from '../program.ts'

type Bind = <T extends object>(connection: T, user: string) => T

const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port

const opened = (emitter: { once(event: string, listener: () => void): unknown }, event: string) =>
  new Promise<void>((resolve) => void emitter.once(event, resolve))

async function useSocketIo({ users, work }: Field, bind: Bind): Promise<void> {
  const http = createServer().listen(0, '127.0.0.1')
  await opened(http, 'listening')
  const server = new SocketServer(http)
  server.on('connection', (connection) => {
    const user = String(connection.handshake.query['user'])
    const socket = bind(connection, user)
    const removed = () => void work(user, 'removed')
    socket.onAny(() => void work(user, 'onAny'))
    socket.prependAny(() => void work(user, 'prependAny'))
    socket.onAny(removed).offAny(removed)
    socket.use((_, next) => {
      void work(user, 'use')
      next()
    })
    socket.once('message', () => void work(user, 'once'))
    socket.on('message', async (_, acknowledge) => {
      await work(user, 'on')
      acknowledge()
    })
  })
  const clients = users.map((user) =>
    io(`http://127.0.0.1:${port(http)}`, { query: { user }, transports: ['websocket'] }),
  )
  for (let round = 0; round < 2; round++)
    await Promise.all(clients.map((client) => client.emitWithAck('message', round)))
  for (const client of clients) client.close()
  await server.close()
}

async function useWs({ users, work }: Field, bind: Bind): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await opened(server, 'listening')
  server.on('connection', (connection, request) => {
    const user = String(request.url?.slice(1))
    const socket = bind(connection, user)
    const removed = () => void work(user, 'removed')
    socket.on('message', () => void work(user, 'on'))
    socket.addEventListener('message', () => void work(user, 'addEventListener'))
    socket.addEventListener('message', removed)
    socket.removeEventListener('message', removed)
    socket.addEventListener('message', () => void work(user, 'once'), { once: true })
    socket.onmessage = async () => {
      await work(user, 'onmessage')
      socket.send('done')
    }
  })
  await Promise.all(
    users.map(async (user) => {
      const client = new WebSocket(`ws://127.0.0.1:${port(server)}/${user}`)
      await opened(client, 'open')
      for (let round = 0; round < 2; round++) {
        client.send('hello')
        await opened(client, 'message')
      }
      client.terminate()
    }),
  )
  server.close()
}

/** A server of one connection, whose tool works for its user. */
function mcpServer(user: string, work: Field['work']): McpServer {
  const server = new McpServer({ name: 'field', version: '1' })
  server.registerTool('answer', {}, async () => {
    await work(user, 'tool')
    return { content: [] }
  })
  return server
}

async function callTwice(client: Client): Promise<void> {
  for (let round = 0; round < 2; round++) await client.callTool({ name: 'answer' })
  await client.close()
}

async function useMcpInMemory({ users, work }: Field, bind: Bind): Promise<void> {
  await Promise.all(
    users.map(async (user) => {
      const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
      await mcpServer(user, work).connect(bind(serverSide, user))
      const client = new Client({ name: 'field', version: '1' })
      await client.connect(clientSide)
      await callTwice(client)
    }),
  )
}

async function useMcpServer({ users, work }: Field, bind: Bind): Promise<void> {
  await Promise.all(
    users.map(async (user) => {
      const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
      const server = bind(new McpServer({ name: 'field', version: '1' }), user)
      server.registerTool('answer', {}, async () => {
        await work(user, 'tool')
        return { content: [] }
      })
      await server.connect(serverSide)
      const client = new Client({ name: 'field', version: '1' })
      await client.connect(clientSide)
      await callTwice(client)
    }),
  )
}

async function useMcpOverHttp({ users, work }: Field, bind: Bind): Promise<void> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const http = createServer(async (request, response) => {
    const user = String(request.url?.slice(1))
    let transport = transports.get(user)
    if (transport === undefined) {
      transport = bind(new StreamableHTTPServerTransport({ sessionIdGenerator: () => user }), user)
      transports.set(user, transport)
      await mcpServer(user, work).connect(transport as never)
    }
    await transport.handleRequest(request, response)
  }).listen(0, '127.0.0.1')
  await opened(http, 'listening')
  await Promise.all(
    users.map(async (user) => {
      const client = new Client({ name: 'field', version: '1' })
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port(http)}/${user}`)) as never,
      )
      await callTwice(client)
    }),
  )
  http.closeAllConnections()
  http.close()
}

const PROGRAMS: [
  library: string,
  how: string,
  spans: Record<string, number>,
  run: (field: Field, bind: Bind) => Promise<void>,
][] = [
  ['socket.io', 'a socket', { on: 6, onAny: 6, once: 3, prependAny: 6, use: 6 }, useSocketIo],
  ['ws', 'a socket', { addEventListener: 6, on: 6, once: 3, onmessage: 6 }, useWs],
  ['@modelcontextprotocol/sdk', 'a transport in memory', { tool: 6 }, useMcpInMemory],
  ['@modelcontextprotocol/sdk', 'a transport over HTTP', { tool: 6 }, useMcpOverHttp],
  ['@modelcontextprotocol/sdk', 'a server', { tool: 6 }, useMcpServer],
]

const total = (spans: Record<string, number>) => Object.values(spans).reduce((sum, count) => sum + count, 0)

export const cases: readonly Case[] = PROGRAMS.flatMap(([library, how, spans, run]): Case[] => [
  {
    name: `${how}, as usual`,
    library,
    folder: 'lazy',
    expected: { right: 0, missing: spans },
    run: (field) => run(field, (connection) => connection),
  },
  {
    name: `${how}, bound when it is opened`,
    library,
    folder: 'lazy',
    expected: { right: total(spans) },
    run: (field) => run(field, (connection, user) => bindSession(connection, field.session(user))),
  },
])
