// Two users have a connection each, over WebSocket or polling, to a server that looks up the user of each connection.
// Right: every listener of a socket has its session and user, with the consumer's span that the instrumentation makes,
// whichever method registered it, before or after the middleware; and so have acknowledgements.
import type { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { SocketIoInstrumentation } from '@opentelemetry/instrumentation-socket.io'
import { sessions } from 'otel-sessions/socket.io'
import type { Server, Socket } from 'socket.io'
import { io } from 'socket.io-client'
import type { Application, Case } from '../program.ts'

const require = createRequire(import.meta.url)

interface SetUp {
  readonly library?: 'socket.io' | 'socket.io-3'
  readonly transport?: 'websocket' | 'polling'
}

async function answerMessages(
  { users, work }: Application,
  install: (server: Server) => unknown,
  { library = 'socket.io', transport = 'websocket' }: SetUp = {},
): Promise<void> {
  const module: typeof import('socket.io') = require(library)
  const { createServer: create }: { createServer: typeof createServer } = require('node:http')
  const http = create().listen(0, '127.0.0.1')
  await new Promise((resolve) => http.once('listening', resolve))
  const server = new module.Server(http)
  const done: Promise<void>[] = []
  const closed: Promise<void>[] = []
  const userOf = ({ handshake }: Socket) => String(handshake.query['user'])
  server.use((socket, next) => {
    socket.on('message', () => void done.push(work(userOf(socket), 'before')))
    next()
  })
  install(server)
  server.on('connection', (socket) => {
    const user = userOf(socket)
    const listener = (name: string) => () => void done.push(work(user, name))
    const removed = listener('removed')
    listener('connection')()
    socket.onAny(listener('onAny'))
    socket.prependAny(listener('prependAny'))
    socket.onAny(removed).offAny(removed)
    socket.use((_, next) => {
      listener('use')()
      next()
    })
    socket.once('greeting', listener('once'))
    closed.push(new Promise((resolve) => socket.on('disconnect', () => resolve(work(user, 'disconnect')))))
    socket.on('message', async (_, acknowledge) => {
      await work(user, 'on')
      const confirmed = await new Promise((resolve) =>
        socket.emit('confirm', (answer: unknown) => resolve(work(user, 'confirmed').then(() => answer))),
      )
      acknowledge(confirmed)
    })
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const clients = users.map((user) => {
    const client = io(url, { query: { user }, transports: [transport], forceNew: true })
    client.on('confirm', (answer) => answer('yes'))
    return client
  })
  for (const client of clients) client.emit('greeting')
  for (let round = 0; round < 2; round++)
    await Promise.all(
      clients.map(async (client) => {
        if ((await client.emitWithAck('message', round)) !== 'yes') throw new Error('another answer')
      }),
    )
  for (const client of clients) client.close()
  while (closed.length < users.length) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([...closed, ...done])
  await new Promise((resolve) => server.close(resolve))
}

/** The spans of the listeners: a greeting and two messages of each user. */
const OWN = {
  before: 4,
  confirmed: 4,
  connection: 2,
  disconnect: 2,
  on: 4,
  onAny: 6,
  once: 2,
  prependAny: 6,
  use: 6,
}
/** Those that the instrumentation adds. */
const RECEIVED = { 'receive /': 12, 'send /': 4 }

const total = (spans: Record<string, number>) => Object.values(spans).reduce((sum, count) => sum + count)

const install =
  ({ session }: Application) =>
  (server: Server) =>
    server.use(
      sessions({
        // It takes a while, as a look-up does.
        session: async ({ handshake }) => {
          await new Promise((resolve) => setImmediate(resolve))
          return session(String(handshake.query['user']))
        },
      }),
    )

const instrumentations = () => [new HttpInstrumentation(), new SocketIoInstrumentation()]

export const cases: readonly Case[] = [
  {
    name: 'as usual',
    library: 'socket.io',
    expected: { right: 0, missing: { ...OWN, ...RECEIVED } },
    instrumentations,
    run: (application) => answerMessages(application, () => {}),
  },
  {
    name: 'sessions()',
    library: 'socket.io',
    expected: { right: total({ ...OWN, ...RECEIVED }) },
    instrumentations,
    run: (application) => answerMessages(application, install(application)),
  },
  {
    // A request may bring several messages, and the one that opens the connection may be answered before its session is known.
    name: 'sessions(), over polling',
    library: 'socket.io',
    expected: { right: total({ ...OWN, ...RECEIVED }) },
    uncounted: ['POST'],
    instrumentations,
    run: (application) => answerMessages(application, install(application), { transport: 'polling' }),
  },
  {
    name: 'sessions(), without its instrumentation',
    library: 'socket.io',
    expected: { right: total(OWN) },
    run: (application) => answerMessages(application, install(application)),
  },
  {
    name: 'sessions(), without its instrumentation',
    library: 'socket.io-3',
    expected: { right: total(OWN) },
    run: (application) => answerMessages(application, install(application), { library: 'socket.io-3' }),
  },
]
