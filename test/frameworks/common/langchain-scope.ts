import { createChain } from './support/chain.ts'
import { langchainProgram } from './support/langchain.ts'

/** LangChain without any ID of its own: only a scope knows the session. */
export const program = langchainProgram((places) => {
  const chain = createChain(places)
  return { answer: (turn) => chain.answer(turn, {}) }
})
