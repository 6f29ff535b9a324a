// Names that the code blocks of the documentation use without declaring them: the reader's own code.
// `pnpm docs:check-code` compiles every block beside this file. Keep the list short and in alphabetical order.
export {}

declare global {
  /** The reader's agent. */
  const agent: { invoke(input: unknown): Promise<string> }
  /** The ID of a conversation that was looked up for the user. */
  const conversationId: string
  /** The reader's own work. */
  const handle: (input: unknown) => Promise<string>
  const input: unknown
  const sessionId: string
  const userId: string
}
