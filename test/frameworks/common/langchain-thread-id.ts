import { createChain } from './support/chain.ts'
import { langchainProgram } from './support/langchain.ts'

/** The session as `thread_id` in the metadata of a LangChain run. */
export const program = langchainProgram((places) => {
  const chain = createChain(places)
  return { answer: (turn) => chain.answer(turn, { thread_id: turn.sessionId }) }
})
