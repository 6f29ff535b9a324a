// What is pulled from by methods of its own, and that several sessions return: a generator, a channel, a reader.

import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, inRequest, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

interface Shared {
  readonly made: object
  /** Pulls once. */
  readonly pull: () => unknown
}

const SHARED: [name: string, make: () => Shared][] = [
  [
    'a generator',
    () => {
      const made = (function* () {
        for (;;) yield work('body')
      })()
      return { made, pull: () => made.next() }
    },
  ],
  [
    'an async generator',
    () => {
      const made = (async function* () {
        for (;;) yield work('body')
      })()
      return { made, pull: () => made.next() }
    },
  ],
  [
    'a channel',
    () => {
      const made = {
        next: async () => ({ value: work('body'), done: false }),
        [Symbol.asyncIterator]() {
          return this
        },
      }
      return { made, pull: () => made.next() }
    },
  ],
  [
    'a reader',
    () => {
      const made = { read: async () => ({ value: work('body'), done: false }), releaseLock() {} }
      return { made, pull: () => made.read() }
    },
  ],
]

const returnFrom = (session: string, made: object) => void usingSession(session, () => made)

describe.each(SHARED)('%s that several sessions return', (_, make) => {
  test('is in each consumer’s own scope, once another session has returned it', async () => {
    const { made, pull } = make()
    for (const session of [A, B, 'another_user']) {
      returnFrom(session, made)
      await usingSession(session, async () => void (await pull()))
    }
    expect(sessionsOf('body')).toEqual([A, B, 'another_user'])
  })

  test('has no session outside of scopes, once another session has returned it', async () => {
    const { made, pull } = make()
    returnFrom(A, made)
    await pull()
    returnFrom(B, made)
    await pull()
    await pull()
    expect(sessionsOf('body')).toEqual([A, undefined, undefined])
  })

  test('is not the first one’s, if another request returns it before it was pulled from', async () => {
    const { made, pull } = make()
    inRequest(1, () => returnFrom(A, made))
    inRequest(2, () => returnFrom(B, made))
    await usingSession(B, async () => void (await pull()))
    expect(sessionsOf('body')).toEqual([B])
  })

  test('keeps the session, if another scope passes it on before it was pulled from', async () => {
    const { made, pull } = make()
    returnFrom(A, made)
    returnFrom(B, made)
    await pull()
    expect(sessionsOf('body')).toEqual([A])
  })

  test('keeps the session that each scope has which returns it', async () => {
    const { made, pull } = make()
    for (let round = 0; round < 3; round++) {
      returnFrom(A, made)
      await pull()
    }
    expect(sessionsOf('body')).toEqual([A, A, A])
  })

  test('keeps the session, if the scope around returns it', async () => {
    const { made, pull } = make()
    await usingSession(B, async () => {
      returnFrom(A, made)
      await pull()
      return { made }
    })
    usingSession(B, () => void usingSession(A, () => made))
    await pull()
    expect(sessionsOf('body')).toEqual([A, A])
  })

  test('keeps the session that bindSession was given', async () => {
    const { made, pull } = make()
    bindSession(made, A)
    await pull()
    returnFrom(B, made)
    await pull()
    expect(sessionsOf('body')).toEqual([A, A])
  })
})
