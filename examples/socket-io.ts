/**
 * socket.io: one middleware enters the session of each connection, behind the login. All listeners of the socket run in
 * it, and the consumer's spans of the instrumentation have it.
 *
 *   node examples/socket-io.ts
 */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { SocketIoInstrumentation } from '@opentelemetry/instrumentation-socket.io'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/socket.io'
import type { Socket } from 'socket.io'
import { io } from 'socket.io-client'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions({ instrumentations: [new SocketIoInstrumentation()] })
// Patched by `require`, never by an import.
const { Server }: typeof import('socket.io') = createRequire(import.meta.url)('socket.io')
const tracer = trace.getTracer('app')

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'token-a': 'user_123', 'token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

const http = createServer().listen(0)
const server = new Server(http)
server.use((socket, next) => {
  const { token, conversation } = socket.handshake.auth
  socket.data = { userId: users.get(token), conversation }
  // A client that could choose its session ID would write into the sessions of others. So it only names a
  // conversation, which must be one of the user who is logged in.
  const isOwn = socket.data.userId !== undefined && owners.get(conversation) === socket.data.userId
  next(isOwn ? undefined : new Error('unknown conversation'))
})
server.use(
  sessions({
    session: ({ data: { userId, conversation } }: Socket) => ({
      sessionId: `${userId}_${conversation}`,
      userId,
    }),
  }),
)
server.on('connection', (socket) => {
  socket.on('ask', async (question: string, answer: (text: string) => void) => {
    await tracer.startActiveSpan('answer', async (span) => {
      await new Promise((resolve) => setImmediate(resolve))
      span.end()
    })
    answer(`${question} It is on its way.`)
  })
})

const url = `http://localhost:${(http.address() as AddressInfo).port}`
const ask = async (token: string, conversation: string, question: string) => {
  const client = io(url, { auth: { token, conversation }, forceNew: true })
  const rejected = new Promise<string>((resolve) =>
    client.on('connect_error', ({ message }) => resolve(message)),
  )
  console.log(conversation, await Promise.race([client.emitWithAck('ask', question), rejected]))
  client.close()
}
await Promise.all([
  ask('token-a', 'conv_456', 'Where is my parcel?'),
  ask('token-b', 'conv_789', 'Where is my letter?'),
  ask('token-a', 'conv_789', 'What did the other user write?'), // rejected, and no session
])
await server.close()
await telemetry.shutdown()
