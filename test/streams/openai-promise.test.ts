import { usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { APIPromise } from 'openai/core/api-promise'
import { describe, expect, test } from 'vitest'
import { A, distinctSessionsOf, sessionsOf, useTelemetry } from './support.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

function ask() {
  const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, fetch: observedFetch, maxRetries: 0 })
  return client.chat.completions.create({ model: 'local', messages: [{ role: 'user', content: 'Count.' }] })
}

describe("the OpenAI SDK's lazy APIPromise that fn returns", () => {
  test('is the same object, without visible additions', async () => {
    const made: { promise?: ReturnType<typeof ask>; keys?: string[] } = {}
    const promise = usingSession(A, () => {
      made.promise = ask()
      made.keys = Object.keys(made.promise)
      return made.promise
    })
    expect(promise).toBe(made.promise)
    expect(promise).toBeInstanceOf(APIPromise)
    expect(Object.keys(promise)).toEqual(made.keys)
    await promise
  })

  test('still resolves to the response', async () => {
    const completion = await usingSession(A, ask)
    expect(completion.choices[0]?.message.content).toBe('one two three')
  })

  test('still returns the raw response from asResponse()', async () => {
    const response = await usingSession(A, ask).asResponse()
    expect(response.status).toBe(200)
    expect((await response.json()).choices[0].message.content).toBe('one two three')
  })

  test('still returns both from withResponse()', async () => {
    const { data, response } = await usingSession(A, ask).withResponse()
    expect(data.choices[0]?.message.content).toBe('one two three')
    expect(response.status).toBe(200)
  })

  test('calls the model once, in the session that created it, although it is awaited outside', async () => {
    await usingSession(A, ask)
    expect(sessionsOf('request')).toEqual([A])
  })

  test('asks the model without a session when there is none', async () => {
    await ask()
    expect(distinctSessionsOf('request')).toEqual([undefined])
  })
})
