// An application of the OpenAI SDK and LangChain. It is only type-checked.
import type { AIMessageChunk } from '@langchain/core/messages'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { bindSession, usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions'
import type { Stream } from 'openai/streaming'

const client = new OpenAI({ apiKey: 'none' })
const request = { model: 'm-1', messages: [{ role: 'user', content: 'Hello' }] } as const
const body = { ...request, messages: [...request.messages] }

export async function complete(): Promise<ChatCompletion> {
  return await usingSession('conv_1', () => client.chat.completions.create(body))
}

export async function* stream(): AsyncGenerator<ChatCompletionChunk> {
  const opened: Stream<ChatCompletionChunk> = await usingSession('conv_1', async () => {
    return await client.chat.completions.create({ ...body, stream: true })
  })
  yield* bindSession(opened, 'conv_1')
}

export async function* chat(): AsyncGenerator<AIMessageChunk> {
  const model = new FakeListChatModel({ responses: ['Hello'] })
  const opened = await usingSession({ sessionId: 'conv_1', userId: 'user_1' }, () => model.stream('Hello'))
  for await (const chunk of bindSession(opened)) yield chunk
}
