// One object that several sessions consume: an iterable, a query, an Observable, a cached Response.

import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, inRequest, sessionsOf, useTelemetry, work } from './support.ts'
import { lazyWebWords } from './table/bodies.ts'

useTelemetry()

const C = 'sess_stream_c'

interface Shared {
  readonly make: () => object
  readonly consume: (made: never) => Promise<void>
}

const SHARED: [name: string, shared: Shared][] = [
  [
    'an async iterable',
    {
      make: () => ({
        async *[Symbol.asyncIterator]() {
          work('body')
          yield await Promise.resolve(1)
          work('body')
        },
      }),
      consume: async (made: AsyncIterable<unknown>) => {
        for await (const _ of made) work('consumer')
      },
    },
  ],
  [
    'a query',
    {
      make: () => ({
        // biome-ignore lint/suspicious/noThenProperty: query builders have it
        async then(ok: (value: number) => void) {
          work('body')
          await Promise.resolve()
          work('body')
          ok(1)
        },
      }),
      consume: async (made: PromiseLike<number>) => {
        await made
        work('consumer')
      },
    },
  ],
  [
    'an Observable',
    {
      make: () => ({
        '@@observable': () => {},
        async subscribe(next: () => void) {
          work('body')
          await Promise.resolve()
          work('body')
          next()
        },
      }),
      consume: async (made: { subscribe(next: () => void): Promise<void> }) => {
        await made.subscribe(() => work('consumer'))
      },
    },
  ],
]

/** `usingSession` with a holder around: an async function would start a thenable. */
const returnFrom = (session: string, made: object) => void usingSession(session, () => made)

describe.each(SHARED)('%s that several sessions share', (_, { make, consume }) => {
  const from = (session: string, made: object) => usingSession(session, () => consume(made as never))

  test('is each session’s own, if each returns it and consumes it before the next does', async () => {
    const made = make()
    for (const session of [A, B, C]) {
      returnFrom(session, made)
      await consume(made as never)
    }
    expect(sessionsOf('body')).toEqual([A, A, B, B, C, C])
  })

  test('is each session’s own, if one returned it and the others consume it in scopes of their own', async () => {
    const made = make()
    returnFrom(A, made)
    await consume(made as never)
    await from(B, made)
    await from(C, made)
    expect(sessionsOf('body')).toEqual([A, A, B, B, C, C])
  })

  test('is nobody’s, if two returned it and it is not known who consumes it', async () => {
    const made = make()
    returnFrom(A, made)
    returnFrom(B, made)
    await consume(made as never)
    await consume(made as never)
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('is that of the scope in which it is consumed, if two returned it', async () => {
    const made = make()
    returnFrom(A, made)
    returnFrom(B, made)
    await from(C, made)
    await from(B, made)
    expect(sessionsOf('body')).toEqual([C, C, B, B])
  })

  test('is not a later session’s, if the first consumes it twice', async () => {
    const made = make()
    returnFrom(A, made)
    await consume(made as never)
    returnFrom(B, made)
    await consume(made as never)
    await consume(made as never)
    expect(sessionsOf('body')).toEqual([A, A, B, B, undefined, undefined])
  })

  test('is still the inner session’s in every consumption, if outer scopes pass it on', async () => {
    const made = make()
    usingSession(C, () => void usingSession(B, () => void usingSession(A, () => made)))
    await consume(made as never)
    usingSession(C, () => {
      usingSession(B, () => made)
      return made
    })
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('runs in its session again in the scope around the one that returned it', async () => {
    await usingSession(B, async () => {
      const made = make()
      returnFrom(A, made)
      await consume(made as never)
      await consume(made as never)
    })
    expect(sessionsOf('body')).toEqual([A, A, A, A])
    expect(sessionsOf('consumer')).toEqual([B, B])
  })

  test('is that of the scope in which another request consumes it first', async () => {
    const made = make()
    inRequest(1, () => returnFrom(A, made))
    await inRequest(2, () => from(B, made))
    await inRequest(3, () => from(C, made))
    expect(sessionsOf('body')).toEqual([B, B, C, C])
  })

  test('is the first one’s if another scope of the same request consumes it, or a request without a scope', async () => {
    for (const consumer of [
      (made: object) => inRequest(1, () => from(B, made)),
      (made: object) => inRequest(2, () => consume(made as never)),
    ]) {
      const made = make()
      inRequest(1, () => returnFrom(A, made))
      await consumer(made)
    }
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is that of bindSession in its first consumption, whichever request it is', async () => {
    const made = make()
    inRequest(1, () => bindSession(made, A))
    await inRequest(2, () => from(B, made))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('leaves every consumer in its own context', async () => {
    const made = make()
    for (const session of [A, B]) {
      returnFrom(session, made)
      await from(C, made)
    }
    expect(distinctSessionsOf('consumer')).toEqual([C])
  })

  test('changes to the session that is passed to bindSession', async () => {
    const made = make()
    returnFrom(A, made)
    returnFrom(B, made)
    bindSession(made, C)
    await consume(made as never)
    expect(distinctSessionsOf('body')).toEqual([C])
  })
})

describe('a cached Response', () => {
  const cached = () => new Response(lazyWebWords())

  test('has no copy of the session that returned it, made by another request in a scope of its own', async () => {
    const response = cached()
    inRequest(1, () => returnFrom(A, response))
    const copy = inRequest(2, () => usingSession(B, () => response.clone()))
    expect(await copy.text()).toBe('onetwothree')
    expect(distinctSessionsOf('body')).not.toContain(A)
  })

  test('has each session’s own copies, made in its scope', async () => {
    const response = cached()
    returnFrom(A, response)
    response.clone()
    for (const session of [B, C]) {
      const copy = usingSession(session, () => response.clone())
      expect(await copy.text()).toBe('onetwothree')
      expect(distinctSessionsOf('body')).not.toContain(A)
    }
  })

  test('has no copies of an earlier session, if another one has returned it since', async () => {
    const response = cached()
    returnFrom(A, response)
    response.clone()
    returnFrom(B, response)
    await response.clone().text()
    expect(distinctSessionsOf('body')).not.toContain(A)
  })

  test('has copies of the session that returned it last, or of none if that is in doubt', async () => {
    const response = cached()
    returnFrom(A, response)
    returnFrom(B, response)
    await response.clone().text()
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })
})
