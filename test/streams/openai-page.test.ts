import { bindSession, usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { PagePromise } from 'openai/core/pagination'
import { describe, expect, test } from 'vitest'
import { A, B, inScopeWithoutBinding, sessionsOf, useTelemetry, work } from './support.ts'
import { byForAwait } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

function list() {
  const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, fetch: observedFetch, maxRetries: 0 })
  return client.chat.completions.list()
}

// A Promise of a subclass, and an async iterable as well: it comes back as the same lazy object, bound.
describe("the OpenAI SDK's list, whose next pages are asked for while it is iterated", () => {
  test('is the same object that fn returned, and resolves to its first page', async () => {
    const made: { list?: ReturnType<typeof list> } = {}
    const same = usingSession(A, () => {
      made.list = list()
      return made.list
    })
    expect(same).toBe(made.list)
    expect(same).toBeInstanceOf(PagePromise)
    expect((await same).data.map(({ id }) => id)).toEqual(['first'])
  })

  test('asks for all its pages in the session, when fn returns the lazy promise', async () => {
    await byForAwait(usingSession(A, list), () => 'go on')
    expect(sessionsOf('request')).toEqual([A, A])
  })

  test('asks for all its pages in the session, when fn binds the lazy promise', async () => {
    await byForAwait(
      usingSession(A, () => bindSession(list())),
      () => 'go on',
    )
    expect(sessionsOf('request')).toEqual([A, A])
  })

  test('asks for all its pages in the session, when a Promise resolves to its first page', async () => {
    const page = await usingSession(A, async () => await list())
    await usingSession(B, async () => byForAwait(page, () => 'go on'))
    expect(sessionsOf('request')).toEqual([A, A])
  })

  test('leaves the loop body of its consumer in the session of the consumer', async () => {
    const pages = await usingSession(A, async () => await list())
    await usingSession(B, async () => {
      for await (const _ of pages) work('loop')
    })
    expect(sessionsOf('loop')).toEqual([B, B])
  })

  test('would ask for its second page without a session in a scope that binds nothing', async () => {
    await byForAwait(inScopeWithoutBinding(A, list), () => 'go on')
    expect(sessionsOf('request')).toEqual([A, undefined])
  })
})
