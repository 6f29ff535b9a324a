// Iterables and thenables that do their work when they are asked.

import { bindSession, processStats, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, problemCount, sessionsOf, useTelemetry, work } from './support.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

/** As query builders have it: awaited or iterated, and nothing before that. */
class Query {
  // biome-ignore lint/suspicious/noThenProperty: an object with a `then` of its own is what this is about
  then(resolve: (rows: string[]) => void): void {
    work('body')
    resolve(['row'])
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    work('body')
    yield 'row'
  }
}

describe('a lazy thenable that can be iterated as well', () => {
  test('is not started by usingSession, nor by bindSession', () => {
    usingSession(A, () => new Query())
    bindSession(new Query(), A)
    expect(sessionsOf('body')).toEqual([])
  })

  test('runs in the session that bindSession names, awaited or iterated', async () => {
    const awaited: unknown = await usingSession(B, async () => await bindSession(new Query(), A))
    expect(awaited).toEqual(['row'])
    await usingSession(B, async () => byForAwait(bindSession(new Query(), A), () => 'go on'))
    expect(sessionsOf('body')).toEqual([A, A])
    expect(bindSession(new Query(), A)).toBeInstanceOf(Query)
  })
})

describe('an unusual iterable is opened as without binding', () => {
  const refused = () => problemCount('bind:rejected')

  test('when its opener is called as a function of its own', async () => {
    const words = (async function* () {
      work('body')
      yield 'one'
    })()
    const iterable = usingSession(A, () => ({ [Symbol.asyncIterator]: () => words }))
    const open = iterable[Symbol.asyncIterator]
    expect(await open().next()).toEqual({ value: 'one', done: false })
  })

  test('when its iterator throws as its methods are looked at', async () => {
    const before = refused()
    const iterator = {
      next: async () => ({ value: undefined, done: true }),
      get return(): never {
        throw new Error('not yet')
      },
    }
    const iterable = usingSession(A, () => ({ [Symbol.asyncIterator]: () => iterator }))
    await byForAwait(iterable as never, () => 'go on')
    expect(refused()).toBe(before + 1)
    expect(processStats().problems['bind:rejected']).toBe(before + 1)
    expect(distinctSessionsOf('body')).toEqual([])
  })
})
