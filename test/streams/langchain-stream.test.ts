import { IterableReadableStream } from '@langchain/core/utils/stream'
import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, B, bodyIsWaiting, sessionsOf, useTelemetry } from './support.ts'
import { webWords, wordsInTime } from './table/bodies.ts'
import { byForAwait, byNext, byReader, collect } from './table/consumers.ts'

useTelemetry()

const make = () => IterableReadableStream.fromAsyncGenerator(wordsInTime())

keepsItsSession({ name: "LangChain's stream, by for await", make, consume: byForAwait })
keepsItsSession({ name: "LangChain's stream, by next and return", make, consume: byNext })
keepsItsSession({ name: "LangChain's stream, by its reader", make, consume: byReader })
keepsItsSession({
  name: "LangChain's stream of a web stream, which reads ahead",
  make: () => IterableReadableStream.fromReadableStream(webWords()),
  consume: byForAwait,
  // Its pump starts with it, and leaves the source as it is when it is cancelled.
  keptByItself: true,
  cleansUp: false,
})

describe("LangChain's stream that fn returns", () => {
  test('is still LangChain’s stream, a web stream, and complete', async () => {
    const stream = usingSession(A, make)
    expect(stream).toBeInstanceOf(IterableReadableStream)
    expect(stream).toBeInstanceOf(ReadableStream)
    expect(await collect(stream)).toEqual(['one', 'two', 'three'])
  })

  test('cleans up in its session when it is cancelled', async () => {
    const stream = usingSession(A, make)
    await bodyIsWaiting()
    await usingSession(B, () => stream.cancel())
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('cleans up in its session, and rethrows the error, if its consumer throws into it', async () => {
    const stream = usingSession(A, make)
    await stream.next()
    const thrown = new Error('no answer')
    await expect(usingSession(B, () => stream.throw(thrown))).rejects.toBe(thrown)
    expect(sessionsOf('cleanup')).toEqual([A])
  })
})
