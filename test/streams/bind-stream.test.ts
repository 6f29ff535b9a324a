import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, bodyIsWaiting, distinctSessionsOf, useTelemetry } from './support.ts'
import { lazyWebWords, webWords, words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf, byReader } from './table/consumers.ts'

useTelemetry()

describe('a stream that bindSession binds', () => {
  test('is the same object, and its body runs in the session, if it is a generator', () => {
    const generator = words()
    expect(bindSession(generator, A)).toBe(generator)
    usingSession(B, () => byForOf(generator, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is the same object, and its body runs in the session, if it is an async generator', async () => {
    const generator = wordsInTime()
    expect(bindSession(generator, A)).toBe(generator)
    await usingSession(B, async () => byForAwait(generator, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is the same object, and its body runs in the session, if it is an async iterable', async () => {
    const iterable = { [Symbol.asyncIterator]: wordsInTime }
    expect(bindSession(iterable, A)).toBe(iterable)
    await byForAwait(iterable, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is the same object, and its pulls run in the session, when it is a web stream', async () => {
    const stream = lazyWebWords()
    expect(bindSession(stream, A)).toBe(stream)
    await usingSession(B, async () => byReader(stream, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is bound to the active session if none is passed', async () => {
    const generator = wordsInTime()
    usingSession(A, () => void bindSession(generator))
    await usingSession(B, async () => byForAwait(generator, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('is bound to no session if none is passed and none is active', async () => {
    const generator = bindSession(wordsInTime())
    await usingSession(B, async () => byForAwait(generator, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('changes from the session of the scope that created it to the passed one', async () => {
    const generator = usingSession(A, wordsInTime)
    await generator.next()
    bindSession(generator, B)
    await byForAwait(generator, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A, B])
  })

  test('changes for a reader that is already open', async () => {
    const stream = usingSession(A, lazyWebWords)
    const reader = stream.getReader()
    await reader.read()
    await bodyIsWaiting()
    bindSession(stream, B)
    await reader.read()
    expect(distinctSessionsOf('body')).toEqual([A, B])
  })

  test('keeps the passed session if a scope returns it later', async () => {
    const generator = bindSession(wordsInTime(), A)
    await byForAwait(
      usingSession(B, () => generator),
      () => 'go on',
    )
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('can be sent as the body of a Response', async () => {
    const stream = usingSession(A, () => bindSession(webWords()))
    expect(await new Response(stream).text()).toBe('onetwothree')
  })
})
