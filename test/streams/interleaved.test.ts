import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, inScopeWithoutBinding, sessionsOf, useTelemetry, work } from './support.ts'
import { webWords, wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

async function* asking(name: string): AsyncGenerator<number> {
  for (let i = 0; i < 3; i++) {
    work(name)
    await Promise.resolve()
    work(name)
    yield i
  }
}

async function pullAlternately(...iterators: AsyncIterator<unknown>[]): Promise<void> {
  for (let i = 0; i < 4; i++) for (const iterator of iterators) await iterator.next()
}

describe('two streams of two sessions', () => {
  test('each keep their own if one consumer pulls them alternately', async () => {
    const first = usingSession(A, () => asking('first'))
    const second = usingSession(B, () => asking('second'))
    await pullAlternately(first, second)
    expect(sessionsOf('first')).toEqual(Array(6).fill(A))
    expect(sessionsOf('second')).toEqual(Array(6).fill(B))
  })

  test('each keep their own if both are pulled at the same time', async () => {
    const first = usingSession(A, () => asking('first'))
    const second = usingSession(B, () => asking('second'))
    await Promise.all([byForAwait(first, () => 'go on'), byForAwait(second, () => 'go on')])
    expect(distinctSessionsOf('first')).toEqual([A])
    expect(distinctSessionsOf('second')).toEqual([B])
  })

  test('each keep their own if each is pulled from the scope of the other', async () => {
    const first = usingSession(A, () => asking('first'))
    const second = usingSession(B, () => asking('second'))
    await Promise.all([
      usingSession(B, () => pullAlternately(first)),
      usingSession(A, () => pullAlternately(second)),
    ])
    expect(distinctSessionsOf('first')).toEqual([A])
    expect(distinctSessionsOf('second')).toEqual([B])
  })

  test('each keep their own if one is consumed in the body of the other', async () => {
    const inner = usingSession(B, () => asking('inner'))
    const outer = usingSession(A, async function* () {
      for await (const item of inner) {
        work('outer')
        yield item
      }
    })
    await byForAwait(outer, () => 'go on')
    expect(distinctSessionsOf('inner')).toEqual([B])
    expect(distinctSessionsOf('outer')).toEqual([A])
  })

  test('would be mixed up in scopes that do not bind', async () => {
    const first = inScopeWithoutBinding(A, () => asking('first'))
    await usingSession(B, () => pullAlternately(first))
    expect(distinctSessionsOf('first')).toEqual([B])
  })
})

describe('a stream that is created in one session and returned through the scope of another', () => {
  test('keeps the first one if it is an async generator', async () => {
    const made = usingSession(A, wordsInTime)
    await byForAwait(
      usingSession(B, () => made),
      () => 'go on',
    )
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('keeps the first one if it is a web stream that a Promise resolves to', async () => {
    const made = usingSession(A, webWords)
    await byForAwait(await usingSession(B, async () => made), () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('takes the second one if it was created outside every session', async () => {
    const made = wordsInTime()
    await byForAwait(
      usingSession(B, () => made),
      () => 'go on',
    )
    expect(distinctSessionsOf('body')).toEqual([B])
  })

  test('stays without a session if it was created with null', async () => {
    const made = usingSession(null, wordsInTime)
    await byForAwait(
      usingSession(B, () => made),
      () => 'go on',
    )
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })
})
