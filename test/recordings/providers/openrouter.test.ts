import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { CASES, type Reply } from '../cases.ts'
import { startOpenRouter } from './openrouter.ts'
import type { ProviderServer } from './provider.ts'

let server: ProviderServer
afterEach(() => server.close())

const ASK: Pick<OpenAI.ChatCompletionCreateParams, 'model' | 'messages'> = {
  model: 'anthropic/claude-sonnet-4.5',
  messages: [{ role: 'user', content: 'Where is it?' }],
}

async function connect(replies: readonly Reply[]): Promise<OpenAI> {
  server = await startOpenRouter(replies)
  return new OpenAI({ apiKey: 'none', maxRetries: 0, baseURL: `${server.url}/api/v1` })
}

test('the cost is the list price of plain input, cache reads and writes, and output', async () => {
  const client = await connect([...CASES.cache.replies, ...CASES['cache-hour'].replies])
  const costs: unknown[] = []
  for (const _ of [1, 2, 3, 4]) {
    const { usage } = await client.chat.completions.create(ASK)
    costs.push((usage as unknown as { cost: number }).cost)
  }
  // By hand: (plain × 3 + read × 0.3 + five minutes × 3.75 + an hour × 6 + output × 15) USD for a million.
  expect(costs).toEqual([0.039075, 0.005466, 0.019245, 0.049425])
  expect(server.calls().map(({ cost }) => cost)).toEqual(costs)
})

test('a stream reports usage and cost without being asked, and reasoning before the text', async () => {
  const client = await connect(CASES.reasoning.replies)
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of await client.chat.completions.create({ ...ASK, stream: true })) chunks.push(chunk)
  expect(chunks.at(-1)?.usage).toMatchObject({
    completion_tokens: 2063,
    cost: 0.033972,
    completion_tokens_details: { reasoning_tokens: 2003 },
  })
  const deltas = chunks.map(({ choices }) => choices[0]?.delta as { reasoning?: string } | undefined)
  expect(deltas.map((delta) => delta?.reasoning).filter(Boolean)).toEqual([
    'Compare the tenths: 1 against 9.',
  ])
})
