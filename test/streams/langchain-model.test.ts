import { AIMessageChunk } from '@langchain/core/messages'
import { IterableReadableStream } from '@langchain/core/utils/stream'
import { ChatOpenAI } from '@langchain/openai'
import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, useTelemetry } from './support.ts'
import { byForAwait, byReader, collect } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

function ask() {
  const configuration = { baseURL: server.baseURL, fetch: observedFetch }
  return new ChatOpenAI({ apiKey: 'none', model: 'local', maxRetries: 0, configuration }).stream('Count.')
}

keepsItsSession({ name: "ChatOpenAI's stream, by for await", make: ask, consume: byForAwait })
keepsItsSession({ name: "ChatOpenAI's stream, by its reader", make: ask, consume: byReader })

describe("ChatOpenAI's stream that fn returns", () => {
  test('is still LangChain’s stream, with the whole answer', async () => {
    const stream = await usingSession(A, ask)
    expect(stream).toBeInstanceOf(IterableReadableStream)
    const chunks = await collect(stream)
    expect(chunks.every((chunk) => chunk instanceof AIMessageChunk)).toBe(true)
    expect(
      chunks
        .map((chunk) => chunk.content)
        .join(' ')
        .trim(),
    ).toBe('one two three')
  })
})
