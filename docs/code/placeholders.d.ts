// Names that the code blocks of the documentation use without declaring them: the reader's own code.
// `pnpm docs:check-code` compiles every block beside this file. Keep the list short and in alphabetical order.
export {}

declare global {
  /** The reader's agent. */
  const agent: { invoke(input: unknown): Promise<string> }
  /** Express middleware that sets `response.locals.userId`, or answers with 401. */
  const authenticate: import('express').RequestHandler
  /** The ID of the signed-in user of a request; rejects if nobody is signed in. */
  const authenticatedUser: (request: unknown) => Promise<string>
  /** The ID of a conversation that was looked up for the user. */
  const conversationId: string
  /** Looks a conversation up in the reader's database; `undefined` if it does not belong to the user. */
  const findConversation: (id: string, userId: string) => Promise<{ id: string } | undefined>
  /** The reader's own work. */
  const handle: (input: unknown) => Promise<string>
  const input: unknown
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
  const sessionId: string
  /** A connection of one user. */
  const socket: import('node:events').EventEmitter
  const userId: string
}
