import { expect, test } from 'vitest'
import { CASES } from '../cases.ts'
import { startGoogle } from './google.ts'

const ASKED = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }

async function withGoogle<T>(
  replies: Parameters<typeof startGoogle>[0],
  use: (
    ask: (method: string, body?: unknown) => Promise<Response>,
    calls: () => readonly unknown[],
  ) => Promise<T>,
): Promise<T> {
  const server = await startGoogle(replies)
  try {
    const ask = (method: string, body: unknown = ASKED) =>
      fetch(`${server.url}/v1beta/models/gemini-2.5-pro:${method}`, {
        method: 'POST',
        headers: { 'x-goog-api-key': 'local' },
        body: JSON.stringify(body),
      })
    return await use(ask, server.calls)
  } finally {
    await server.close()
  }
}

test('counts thoughts apart from the candidates, and both into the total', async () => {
  await withGoogle(CASES.reasoning.replies, async (ask, calls) => {
    const answer = await (await ask('generateContent')).json()
    expect(answer.usageMetadata).toMatchObject({
      promptTokenCount: 1009,
      candidatesTokenCount: 60,
      thoughtsTokenCount: 2003,
      totalTokenCount: 3072,
    })
    expect(calls()).toMatchObject([
      { model: 'gemini-2.5-pro', asked: ASKED, usage: { input: 1009, output: 2063, reasoning: 2003 } },
    ])
  })
})

test('counts what was read from a cache as prompt, and the results of its own tools beside it', async () => {
  await withGoogle([...CASES.cache.replies, ...CASES['tool-use-prompt'].replies], async (ask, calls) => {
    const usages = []
    for (let call = 0; call < 4; call++)
      usages.push((await (await ask('generateContent')).json()).usageMetadata)
    expect(usages[1]).toMatchObject({ promptTokenCount: 10_457, cachedContentTokenCount: 10_000 })
    expect(usages[3]).toMatchObject({
      promptTokenCount: 433,
      toolUsePromptTokenCount: 1_100,
      candidatesTokenCount: 43,
      totalTokenCount: 1_576,
    })
    // Google reports no cache writes.
    expect(calls()[1]).toHaveProperty('usage', { input: 10_457, cacheRead: 10_000, output: 53 })
  })
})

test('streams the words in events, of which the last has the whole usage', async () => {
  await withGoogle(CASES.streamed.replies, async (ask) => {
    const body = await (await ask('streamGenerateContent?alt=sse')).text()
    const events = body.split('\r\n\r\n').filter(Boolean)
    const parsed = events.map((event) => JSON.parse(event.replace(/^data: /, '')))
    const text = parsed.map((event) => event.candidates[0].content.parts[0].text).join('')
    expect(text).toBe('Your order A-1042 was shipped to Lisbon.')
    expect(parsed.at(-1).usageMetadata.totalTokenCount).toBe(1078)
  })
})

test('asks for two tools at once', async () => {
  await withGoogle(CASES['parallel-tools'].replies, async (ask) => {
    const answer = await (await ask('generateContent')).json()
    expect(answer.candidates[0].content.parts).toMatchObject([
      { functionCall: { name: 'get_order' } },
      { functionCall: { name: 'get_weather' } },
    ])
  })
})

test('a stream that hangs sends its first words and reports no usage', async () => {
  await withGoogle(CASES.aborted.replies, async (ask, calls) => {
    const reader = (await ask('streamGenerateContent?alt=sse')).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('"Your"')
    await reader?.cancel()
    expect(calls()).toHaveLength(1)
    expect(calls()).toMatchObject([{ stream: true, usage: undefined }])
  })
})

test('an exhausted quota is an error with status 429', async () => {
  await withGoogle(CASES.error.replies, async (ask) => {
    const answer = await ask('generateContent')
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED' } })
  })
})

test('embeds one text, and each text of a batch', async () => {
  await withGoogle(CASES.embedding.replies, async (ask) => {
    expect(await (await ask('embedContent')).json()).toMatchObject({
      embedding: { values: expect.any(Array) },
      usageMetadata: { promptTokenCount: 19 },
    })
    const batch = await (await ask('batchEmbedContents', { requests: [{}, {}] })).json()
    expect(batch.embeddings).toHaveLength(2)
  })
})
