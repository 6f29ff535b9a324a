import { usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { Stream } from 'openai/core/streaming'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, distinctSessionsOf, sessionsOf, useTelemetry } from './support.ts'
import { byForAwait, byReader, collect } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

async function ask() {
  const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, fetch: observedFetch, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'Count.' }]
  return await client.chat.completions.create({ model: 'local', messages, stream: true })
}

keepsItsSession({ name: "the OpenAI SDK's Stream, by for await", make: ask, consume: byForAwait })
// These two abort the request from where the consumer is, before they end the body; the table has it.
keepsItsSession({
  name: "the OpenAI SDK's Stream, by the web stream of toReadableStream()",
  make: ask,
  consume: (stream, each) => byReader(stream.toReadableStream(), each),
  cleansUp: false,
})
keepsItsSession({
  name: "the OpenAI SDK's Stream, by both branches of tee()",
  make: ask,
  consume: async (stream, each) => {
    for (const branch of stream.tee()) await byForAwait(branch, each)
  },
  cleansUp: false,
})

describe("the OpenAI SDK's Stream that fn returns", () => {
  test('is still a Stream, with the whole answer', async () => {
    const stream = await usingSession(A, ask)
    expect(stream).toBeInstanceOf(Stream)
    const words: unknown[] = []
    for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content)
    expect(words).toEqual(['one', 'two', 'three', undefined])
    expect(stream.controller.signal.aborted).toBe(false)
  })

  test('returns the whole answer in both branches of tee()', async () => {
    const [left, right] = (await usingSession(A, ask)).tee()
    expect(await collect(left)).toEqual(await collect(right))
  })

  test('asks the model in the session, and once', async () => {
    await byForAwait(await usingSession(A, ask), () => 'go on')
    expect(sessionsOf('request')).toEqual([A])
  })

  test('aborts its request when its consumer leaves early', async () => {
    const stream = await usingSession(A, ask)
    await byForAwait(stream, () => 'stop')
    expect(stream.controller.signal.aborted).toBe(true)
  })

  test('rejects a second iteration, as without a session', async () => {
    const stream = await usingSession(A, ask)
    await byForAwait(stream, () => 'go on')
    await expect(byForAwait(stream, () => 'go on')).rejects.toThrow('consumed stream')
  })

  test('shows the same keys as one that no scope bound', async () => {
    const bare = await ask()
    const bound = await usingSession(A, ask)
    expect(Object.keys(bound)).toEqual(Object.keys(bare))
    await Promise.all([byForAwait(bare, () => 'go on'), byForAwait(bound, () => 'go on')])
  })

  test('keeps its session when its lazy promise is awaited inside fn', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, fetch: observedFetch })
    const stream = await usingSession(A, async () =>
      client.chat.completions.create({ model: 'local', messages: [], stream: true }),
    )
    await byForAwait(stream, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})
