import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, B, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf, byNext } from './table/consumers.ts'

useTelemetry()

/** What every iterator has since Node 22; the types that we compile with do not know it. */
interface WithHelpers {
  map<T>(callback: (word: string) => T): { toArray(): T[] }
}

keepsItsSession({ name: 'a generator, by for of', make: words, consume: byForOf })
keepsItsSession({ name: 'an async generator, by for await', make: wordsInTime, consume: byForAwait })
keepsItsSession({ name: 'an async generator, by next and return', make: wordsInTime, consume: byNext })

describe('a generator that fn returns', () => {
  test('catches the consumer’s exceptions in its own session', () => {
    const generator = usingSession(A, function* () {
      try {
        yield 'question'
      } catch (error) {
        work('caught')
        yield error
      }
    })
    generator.next()
    const thrown = new Error('no answer')
    expect(usingSession(B, () => generator.throw(thrown)).value).toBe(thrown)
    expect(sessionsOf('caught')).toEqual([A])
  })

  test('still receives the consumer’s values, and returns its result', () => {
    const generator = usingSession(A, function* (): Generator<string, string, string> {
      return `hello ${yield 'who?'}`
    })
    expect(generator.next()).toEqual({ value: 'who?', done: false })
    expect(generator.next('world')).toEqual({ value: 'hello world', done: true })
  })

  test('keeps its session under the helpers of iterators, whose callbacks are the consumer', () => {
    const lengths = (usingSession(A, words) as unknown as WithHelpers).map((word) => {
      work('callback')
      return word.length
    })
    expect(lengths.toArray()).toEqual([3, 3, 5])
    expect(distinctSessionsOf('body')).toEqual([A])
    expect(distinctSessionsOf('callback')).toEqual([undefined])
  })

  test('keeps its session inside another generator that delegates to it', () => {
    const inner = usingSession(A, words)
    const outer = (function* () {
      work('before')
      yield* inner
    })()
    byForOf(outer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
    expect(sessionsOf('before')).toEqual([undefined])
  })
})

describe('an async generator that fn returns', () => {
  test('cleans up in its session when it is disposed of', async () => {
    const generator = usingSession(A, wordsInTime)
    await usingSession(B, async () => {
      await generator.next()
      await generator[Symbol.asyncDispose]()
    })
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('catches the consumer’s exceptions in its own session', async () => {
    const generator = usingSession(A, async function* () {
      try {
        yield 'question'
      } catch (error) {
        await Promise.resolve()
        work('caught')
        yield error
      }
    })
    await generator.next()
    const thrown = new Error('no answer')
    expect((await usingSession(B, () => generator.throw(thrown))).value).toBe(thrown)
    expect(sessionsOf('caught')).toEqual([A])
  })

  test('throws the same error to the consumer that its body throws', async () => {
    const failure = new Error('model is down')
    const generator = usingSession(A, async function* () {
      yield await Promise.reject(failure)
    })
    await expect(byForAwait(generator, () => 'go on')).rejects.toBe(failure)
  })

  test('keeps its session inside another generator that delegates to it', async () => {
    const inner = usingSession(A, wordsInTime)
    const outer = (async function* () {
      work('before')
      yield* inner
    })()
    await byForAwait(outer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
    expect(sessionsOf('before')).toEqual([undefined])
  })

  test('keeps its session if an outer scope returns it', async () => {
    const generator = usingSession(B, () => usingSession(A, wordsInTime))
    await byForAwait(generator, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})
