import { usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, useTelemetry } from './support.ts'
import { byForAwait } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

function ask() {
  const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, fetch: observedFetch, maxRetries: 0 })
  return client.chat.completions.stream({ model: 'local', messages: [{ role: 'user', content: 'Count.' }] })
}

keepsItsSession({
  name: "the OpenAI SDK's streaming helper, by for await",
  make: ask,
  consume: byForAwait,
  // It reads the whole response by itself, in the context in which it was created.
  keptByItself: true,
  cleansUp: false,
})

describe("the OpenAI SDK's streaming helper that fn returns", () => {
  test('is still the helper, with the final answer', async () => {
    const stream = usingSession(A, ask)
    expect(stream).toBeInstanceOf(ChatCompletionStream)
    expect(await stream.finalContent()).toBe('onetwothree')
  })
})
