// What several users may open, and what only looks like a stream.

import { bindSession, processStats, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

describe('an iterable that is opened in two sessions', () => {
  test('has a separate iterator for each, which stays in the session that opened it', async () => {
    const shared = {
      async *[Symbol.asyncIterator]() {
        for (let pull = 0; ; pull++) yield work(`pull ${pull}`)
      },
    }
    const a = bindSession(shared, A)[Symbol.asyncIterator]()
    await a.next()
    const b = bindSession(shared, B)[Symbol.asyncIterator]()
    await b.next()
    await a.next()
    expect(sessionsOf('pull 0')).toEqual([A, B])
    expect(sessionsOf('pull 1')).toEqual([A])
  })
})

describe('what only looks like a stream', () => {
  test('is left alone: a stub that answers every name with a function', () => {
    const stub = new Proxy({}, { get: () => () => {} })
    expect(usingSession(A, () => stub)).toBe(stub)
    expect(Reflect.ownKeys(stub)).toEqual([])
  })

  test('is no problem: an object whose getters throw', () => {
    const before = processStats().problems['bind:rejected']
    const object = Object.defineProperty({}, 'next', {
      get() {
        throw new Error('not now')
      },
    })
    expect(usingSession(A, () => object)).toBe(object)
    expect(processStats().problems['bind:rejected']).toBe(before)
  })

  test('is bound whole or not at all: an iterator with a method that cannot be replaced', () => {
    const iterator = Object.defineProperty([1].values(), 'next', {
      value: () => work('pull'),
      configurable: false,
      writable: true,
    })
    usingSession(A, () => iterator)
    expect(processStats().problems['bind:rejected']).toBeGreaterThan(0)
    iterator.next()
    expect(sessionsOf('pull')).toEqual([undefined])
  })
})
