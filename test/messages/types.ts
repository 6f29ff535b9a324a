// Compiled by `test:messages`, and not run: the helpers accept what the libraries' own types ask for, and keep them.
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ConsumeMessage } from 'amqplib'
import { type Job, type Processor, Worker } from 'bullmq'
import type { EachMessageHandler, EachMessagePayload } from 'kafkajs'
import { sessions as mcpSessions } from 'otel-sessions/mcp'
import { sessions as socketSessions } from 'otel-sessions/socket.io'
import { sessions } from 'otel-sessions/worker'
import PQueue from 'p-queue'
import type { Server, Socket } from 'socket.io'
import { z } from 'zod'

interface Question {
  readonly session: string
  readonly text: string
}

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isSame = <A, B>(_same: Same<A, B>): void => {}

export function ofWorkers(): void {
  // Without any type, as in the documentation.
  new Worker(
    'chat',
    sessions({ session: (job) => job.data.session })(async (job) => job.data.text),
  )
  const enter = sessions({ session: ({ data }: Job<Question>) => data.session })
  new Worker<Question, string>(
    'chat',
    enter(async (job, _token, _signal) => {
      isSame<typeof job, Job<Question, string>>(true)
      return job.data.text
    }),
  )
  const lookUp = sessions({ session: async ({ data }: Job<Question>) => data.session })
  new Worker<Question, string>(
    'chat',
    lookUp(async (job) => {
      isSame<typeof job, Job<Question, string>>(true)
      return job.data.text
    }),
  )
  const length = lookUp((job: Job<Question>) => job.data.text.length)
  isSame<typeof length, (job: Job<Question>) => number | Promise<number>>(true)
  void new PQueue().add(sessions({ session: () => 'user_a_conv' })(async () => 1))
  const processor: Processor<Question, number> = enter(async ({ data }) => data.text.length)
  const own = enter(async (_job: Job<Question>, count: number) => count)
  isSame<typeof own, (job: Job<Question>, count: number) => Promise<number>>(true)
  // @ts-expect-error: `session` reads what this job does not have.
  enter(async (job: { readonly text: string }) => job.text)
  const eachMessage: EachMessageHandler = sessions({
    session: ({ message }: EachMessagePayload) => String(message.key),
  })(async ({ topic }) => void topic)
  const consume: (message: ConsumeMessage | null) => void = sessions({
    session: (message: ConsumeMessage | null) => message?.properties.correlationId,
  })((message) => void message?.content)
  void [processor, eachMessage, consume]
}

interface SocketData {
  readonly userId: string
}
type Events = Record<string, (...args: unknown[]) => void>

export function ofSockets(io: Server, typed: Server<Events, Events, Events, SocketData>): void {
  io.use(socketSessions({ session: ({ handshake }) => handshake.auth['conversation'] }))
  typed.use(
    socketSessions({
      session: (socket) => {
        isSame<typeof socket.data.userId, string>(true)
        return socket.data.userId
      },
    }),
  )
  typed.of('/chat').use(socketSessions({ session: async ({ data }: Socket) => data.userId }))
}

export function ofMcp(server: McpServer): void {
  const enter = mcpSessions({ session: ({ authInfo }) => authInfo?.clientId })
  server.registerTool(
    'search',
    { inputSchema: { query: z.string(), limit: z.number() } },
    enter(async ({ query, limit }, { requestId }) => {
      isSame<typeof limit, number>(true)
      return { content: [{ type: 'text', text: `${query} ${requestId}` }] }
    }),
  )
  server.registerTool(
    'list',
    {},
    enter(async () => ({ content: [] })),
  )
  server.registerTool(
    'whoami',
    {},
    enter(async (extra) => ({ content: [{ type: 'text', text: String(extra.requestId) }] })),
  )
  const wrong = enter(async ({ query }: { query: string }) => query)
  // @ts-expect-error: the tool returns something else than the SDK asks for.
  server.registerTool('wrong', { inputSchema: { query: z.string() } }, wrong)
  server.registerPrompt(
    'greet',
    { argsSchema: { name: z.string() } },
    enter(({ name }) => ({ messages: [{ role: 'user', content: { type: 'text', text: name } }] })),
  )
}
