// Names that the code blocks of the documentation use without declaring them: the reader's own code.
// `pnpm docs:check-code` compiles every block beside this file. Keep the list short and in alphabetical order.
export {}

declare global {
  /** The reader's agent. */
  const agent: { invoke(input: unknown): Promise<string> }
  /** Streams the answer of a language model. */
  const askModel: (question: string) => AsyncIterable<string>
  namespace Express {
    interface Request {
      user: { readonly id: string }
      /** What the reader's middleware has looked up. */
      conversation: { readonly id: string }
    }
  }
  /** Express middleware that sets `request.user` and `response.locals.userId`, or answers with 401. */
  const authenticate: import('express').RequestHandler
  /** The ID of the signed-in user of a request; rejects if nobody is signed in. */
  const authenticatedUser: (request: unknown) => Promise<string>
  /** The jobs of a batch. */
  const batch: readonly { sessionId: string | undefined }[]
  /** Opens a connection of the reader's own. */
  const connect: () => Promise<{ close(): Promise<void> }>
  /** The ID of a conversation that was looked up for the user. */
  const conversationId: string
  /** The ID of the signed-in user, where the framework has the request; rejects if nobody is signed in. */
  const currentUser: () => Promise<string>
  /** A query builder: the query is sent when it is awaited. */
  const db: { from(table: string): PromiseLike<unknown[]> }
  /** The processor that delivers spans, as in the guide's page about delivery. */
  const delivery: import('@otel-sessions/exporter/persistent').PersistentBatchSpanProcessor
  /** Looks a conversation up in the reader's database; `undefined` if it does not belong to the user. */
  const findConversation: (id: string, userId: string) => Promise<{ id: string } | undefined>
  /** A loader that several users share. */
  const documents: { load(key: string): Promise<unknown> }
  /** The reader's own work. */
  const handle: (input: unknown) => Promise<string>
  const input: unknown
  /** Jobs that a worker takes later. */
  const jobs: (() => Promise<unknown>)[]
  /** Loads records for several callers at once, as the batch function of a data loader does. */
  const loadBatch: (keys: readonly string[]) => Promise<unknown[]>
  /** A server of MCP. */
  const mcpServer: { connect(transport: object): Promise<void> }
  /** A queue that runs a limited number of jobs at a time, such as p-queue. */
  const pool: { add<T>(job: () => Promise<T>): Promise<T> }
  /** The tracer provider of the application. */
  const provider: { forceFlush(): Promise<void>; shutdown(): Promise<void> }
  /** A job queue, such as BullMQ's. */
  const queue: {
    add(name: string, data: QueuedWork): Promise<unknown>
    process(worker: (job: { data: QueuedWork }) => Promise<unknown>): void
  }
  interface QueuedWork {
    sessionId?: string | undefined
    userId?: string | undefined
    text: string
  }
  /** The session object of a conversation. */
  const session: import('@otel-sessions/processor/lifecycle').Session
  const sessionId: string
  /** A connection of one user. */
  const socket: import('node:events').EventEmitter
  /** A server of sockets. */
  const socketServer: {
    on(event: 'connection', listener: (socket: import('node:events').EventEmitter) => void): void
  }
  /** Generates an answer, part by part. */
  const streamAnswer: (question: string) => AsyncGenerator<string>
  /** A connection of MCP. */
  const transport: object
  const userId: string
}
