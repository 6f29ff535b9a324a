// The class is the global one; only its types know `from`.
import { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, B, bodyIsWaiting, distinctSessionsOf, sessionsOf, useTelemetry } from './support.ts'
import { lazyWebWords, webWords, wordsInTime } from './table/bodies.ts'
import { byForAwait, byReader, byText } from './table/consumers.ts'

useTelemetry()

keepsItsSession({ name: 'a web stream, by its reader', make: webWords, consume: byReader })
keepsItsSession({ name: 'a web stream, by for await', make: webWords, consume: byForAwait })
keepsItsSession({
  name: 'a web stream, by values()',
  make: webWords,
  consume: (stream, each) => byForAwait(stream.values(), each),
})
keepsItsSession({
  name: 'a web stream made from an async generator, by its reader',
  make: () => NodeReadableStream.from(wordsInTime()) as ReadableStream<string>,
  consume: byReader,
})
keepsItsSession({
  name: 'a web stream that a Response sends as its body',
  make: webWords,
  consume: byText,
  cleansUp: false,
})

describe('a web stream that fn returns', () => {
  test('provides a Response with its whole text', async () => {
    const stream = usingSession(A, webWords)
    expect(await new Response(stream).text()).toBe('onetwothree')
  })

  test('is still a ReadableStream, and locked while it has a reader', () => {
    const stream = usingSession(A, webWords)
    expect(stream).toBeInstanceOf(ReadableStream)
    const reader = stream.getReader()
    expect(reader).toBeInstanceOf(ReadableStreamDefaultReader)
    expect(stream.locked).toBe(true)
    reader.releaseLock()
    expect(stream.locked).toBe(false)
  })

  test('runs its cancel in its session', async () => {
    const stream = usingSession(A, webWords)
    await usingSession(B, () => stream.cancel())
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('keeps its session for a second reader, after the first one let go', async () => {
    const stream = usingSession(A, lazyWebWords)
    const first = stream.getReader()
    await first.read()
    first.releaseLock()
    await byReader(stream, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('keeps its session for the reader that fn opened', async () => {
    const reader = usingSession(A, () => lazyWebWords().getReader())
    await bodyIsWaiting()
    await usingSession(B, () => reader.read())
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})
