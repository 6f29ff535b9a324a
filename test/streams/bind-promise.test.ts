import { bindSession, usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { APIPromise } from 'openai/core/api-promise'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

describe('a Promise that bindSession binds', () => {
  test('is a native Promise whose stream is in the session', async () => {
    const promise = bindSession(Promise.resolve(wordsInTime()), A)
    expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype)
    await usingSession(B, async () => byForAwait(await promise, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('resolves to a view of an object that contains streams', async () => {
    const { answer } = await bindSession(Promise.resolve({ answer: wordsInTime() }), A)
    await byForAwait(answer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('rejects with the same error', async () => {
    const failure = new Error('model is down')
    await expect(bindSession(Promise.reject(failure), A)).rejects.toBe(failure)
  })
})

describe('a lazy query that bindSession binds', () => {
  function query() {
    const starts: string[] = []
    return {
      starts,
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      then(resolve: (rows: AsyncGenerator<string>) => void) {
        starts.push('then')
        work('query')
        resolve(wordsInTime())
      },
    }
  }

  test('is not started by it', () => {
    const lazy = query()
    bindSession(lazy, A)
    expect(lazy.starts).toEqual([])
  })

  test('runs in the session when it is awaited, and so does its result', async () => {
    const lazy = bindSession(query(), A)
    await usingSession(B, async () => {
      const rows = await lazy
      work('after')
      await byForAwait(rows, () => 'go on')
    })
    expect([sessionsOf('query'), distinctSessionsOf('body'), sessionsOf('after')]).toEqual([[A], [A], [B]])
  })

  test('calls callbacks in the context in which they were passed', () => {
    usingSession(B, () => bindSession(query(), A).then(() => work('callback')))
    expect(sessionsOf('callback')).toEqual([B])
  })
})

describe("the OpenAI SDK's APIPromise that bindSession binds", () => {
  const ask = () => {
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: server.baseURL,
      fetch: observedFetch,
      maxRetries: 0,
    })
    return client.chat.completions.create({ model: 'local', messages: [], stream: true })
  }

  test('is still an APIPromise, with its methods', async () => {
    const promise = usingSession(A, () => bindSession(ask()))
    expect(promise).toBeInstanceOf(APIPromise)
    const { data, response } = await promise.withResponse()
    expect(response.status).toBe(200)
    await byForAwait(data, () => 'go on')
    expect((await usingSession(A, () => bindSession(ask())).asResponse()).status).toBe(200)
  })

  test('resolves to a Stream in its session through then, and leaves the consumer in its own context', async () => {
    const promise = usingSession(A, () => bindSession(ask()))
    await usingSession(B, () =>
      promise.then(async (stream) => {
        work('callback')
        await byForAwait(stream, () => 'go on')
      }),
    )
    expect(distinctSessionsOf('body')).toEqual([A])
    expect(sessionsOf('callback')).toEqual([B])
  })
})
