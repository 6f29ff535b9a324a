/** OpenAI: chat completions, responses and embeddings. It reports no cache writes: they are plain input. */
import { startServer } from './http.ts'
import { answerChat } from './openai/chat.ts'
import { answerEmbeddings } from './openai/embeddings.ts'
import { answerResponse } from './openai/responses.ts'
import type { StartProvider } from './provider.ts'

/** Starts a server of OpenAI's API. */
export const startOpenAI: StartProvider = (replies) =>
  startServer('openai', replies, (path, asked, reply, number) => {
    if (path === '/v1/chat/completions') return answerChat(asked, reply, number)
    if (path === '/v1/responses') return answerResponse(asked, reply, number)
    if (path === '/v1/embeddings') return answerEmbeddings(asked, reply)
    return undefined
  })
