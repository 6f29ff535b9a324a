import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { CASES, type Reply } from '../cases.ts'
import { startOpenAI } from './openai.ts'
import type { ProviderServer } from './provider.ts'

let server: ProviderServer
afterEach(() => server.close())

const ASK: Pick<OpenAI.ChatCompletionCreateParams, 'model' | 'messages'> = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Where is it?' }],
}

async function connect(replies: readonly Reply[]): Promise<OpenAI> {
  server = await startOpenAI(replies)
  return new OpenAI({ apiKey: 'none', maxRetries: 0, baseURL: `${server.url}/v1` })
}

test('a chat completion has the text, and a usage whose input includes what the cache held', async () => {
  const client = await connect(CASES.cache.replies.slice(1))
  const completion = await client.chat.completions.create(ASK)
  expect(completion.model).toBe('gpt-4o-2024-08-06')
  expect(completion.choices[0]?.message.content).toBe('It will arrive on Friday.')
  expect(completion.usage).toMatchObject({
    prompt_tokens: 10_457,
    completion_tokens: 53,
    total_tokens: 10_510,
    prompt_tokens_details: { cached_tokens: 10_000 },
  })
  expect(server.calls()).toMatchObject([
    { request: 'POST /v1/chat/completions', asked: ASK, answered: completion, stream: false, status: 200 },
  ])
  // OpenAI reports no writes to a cache.
  expect(server.calls()[0]?.usage).toEqual({ input: 10_457, output: 53, cacheRead: 10_000, reasoning: 0 })
})

test('a streamed chat completion reports its usage only if the request asks for it', async () => {
  const client = await connect(CASES.streamed.replies)
  for (const include_usage of [false, true]) {
    const chunks = await client.chat.completions.create({
      ...ASK,
      stream: true,
      stream_options: { include_usage },
    })
    let text = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    expect(text).toBe('Your order A-1042 was shipped to Lisbon.')
    expect(usage?.total_tokens).toBe(include_usage ? 1078 : undefined)
  }
  expect(server.calls().map(({ usage }) => usage?.input)).toEqual([undefined, 1021])
})

test('tool calls arrive together, plain and streamed, and the next call gets the next reply', async () => {
  const client = await connect([
    ...CASES['parallel-tools'].replies.slice(0, 1),
    ...CASES['parallel-tools'].replies,
  ])
  const completion = await client.chat.completions.create(ASK)
  const streamed = await client.chat.completions.stream(ASK).finalChatCompletion()
  for (const { choices } of [completion, streamed]) {
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: 'get_order', arguments: '{"order":"A-1042"}' } },
      { function: { name: 'get_weather', arguments: '{"city":"Lisbon"}' } },
    ])
  }
  expect((await client.chat.completions.create(ASK)).choices[0]?.message.content).toMatch(/21 degrees/)
})

test('a streamed response has reasoning, text and usage, which are those of the same response unstreamed', async () => {
  const client = await connect(CASES.reasoning.replies)
  const request = { model: 'o4-mini', input: 'Which is larger?' }
  const events: OpenAI.Responses.ResponseStreamEvent[] = []
  for await (const event of await client.responses.create({ ...request, stream: true })) events.push(event)
  const plain = await client.responses.create(request)
  const last = events.at(-1)
  if (last?.type !== 'response.completed') throw new Error(`the stream ends with ${last?.type}`)
  expect(last.response.usage).toEqual(plain.usage)
  expect(plain.usage).toMatchObject({
    output_tokens: 2063,
    output_tokens_details: { reasoning_tokens: 2003 },
  })
  expect(plain.output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
  expect(plain.output_text).toBe('9.9 is larger.')
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
})

test('a response that may search the web says that it did', async () => {
  const client = await connect(CASES['tool-use-prompt'].replies)
  const response = await client.responses.create({
    model: 'gpt-4o',
    input: 'What is new?',
    tools: [{ type: 'web_search' }],
  })
  expect(response.output.map(({ type }) => type)).toEqual(['web_search_call', 'message'])
  expect(response.usage?.input_tokens).toBe(1533)
})

test('an error has a status, a code and no usage', async () => {
  const client = await connect(CASES.error.replies)
  await expect(client.chat.completions.create(ASK)).rejects.toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
  })
  await expect(client.responses.create({ model: 'gpt-4o', input: '' })).rejects.toMatchObject({ status: 429 })
  expect(server.calls().map(({ status, usage }) => [status, usage])).toEqual([
    [429, undefined],
    [429, undefined],
  ])
})

test('a stream that hangs sends its first words and no usage, and the server closes when the client is gone', async () => {
  const client = await connect(CASES.aborted.replies)
  const words: unknown[] = []
  const stream_options = { include_usage: true }
  const chunks = await client.chat.completions.create({ ...ASK, stream: true, stream_options })
  for await (const { choices } of chunks) {
    if (choices[0]?.delta.content) words.push(choices[0].delta.content)
    if (words.length === 2) break
  }
  for await (const event of await client.responses.create({ model: 'gpt-4o', input: '', stream: true })) {
    if (event.type !== 'response.output_text.delta') continue
    words.push(event.delta)
    if (words.length === 4) break
  }
  expect(words).toEqual(['Your', ' order', 'Your', ' order'])
  expect(server.calls().map(({ usage }) => usage)).toEqual([undefined, undefined])
})

test('a text is embedded, and its tokens are the input', async () => {
  const client = await connect(CASES.embedding.replies)
  const embeddings = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a text' })
  expect(embeddings.data.map(({ embedding }) => embedding)).toEqual([[0.25, -0.5, 0.125, 0.75]])
  expect(embeddings.usage).toEqual({ prompt_tokens: 19, total_tokens: 19 })
})
