// What cannot be reached in place, so that nobody believes otherwise. Where one of these is mended, its sentence
// turns round.

import { Readable } from 'node:stream'
import { usingSession } from '@otel-sessions/processor'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { A, B, bodyIsWaiting, distinctSessionsOf, exported, sessionsOf, useTelemetry } from './support.ts'
import { lazyWebWords, words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf, byReader } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

describe('the session is lost, though fn returned the stream', () => {
  test('when a web stream is piped by pipeTo()', async () => {
    const stream = usingSession(A, lazyWebWords)
    await bodyIsWaiting()
    await stream.pipeTo(new WritableStream())
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('when a web stream is read through a branch of tee()', async () => {
    const stream = usingSession(A, lazyWebWords)
    await bodyIsWaiting()
    await byReader(stream.tee()[0], () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('when it is inside an object that fn returns', async () => {
    const { answer } = usingSession(A, () => ({ answer: wordsInTime() }))
    await byForAwait(answer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('when a Node stream is read by its events', async () => {
    const stream = usingSession(A, () => Readable.from(wordsInTime(), { highWaterMark: 1 }))
    await new Promise((resolve) => stream.on('data', () => {}).on('end', resolve))
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('when it is an iterable, but no iterator, that makes its items as they are asked for', () => {
    const iterable = usingSession(A, () => ({ [Symbol.iterator]: words }))
    byForOf(iterable, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('when a Response that fn returns is read', async () => {
    const response = usingSession(A, () => new Response(lazyWebWords()))
    await bodyIsWaiting()
    await response.text()
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })
})

describe("the OpenAI SDK's Stream aborts its request in the context of its consumer", () => {
  const ask = async () => {
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: server.baseURL,
      fetch: observedFetch,
      maxRetries: 0,
    })
    return await client.chat.completions.create({ model: 'local', messages: [], stream: true })
  }

  test('when the reader of toReadableStream() is cancelled', async () => {
    const stream = await usingSession(A, ask)
    await usingSession(B, async () => byReader(stream.toReadableStream(), () => 'stop'))
    await exported('cleanup')
    expect(sessionsOf('cleanup')).toEqual([B])
  })

  test('when both branches of tee() are left', async () => {
    const stream = await usingSession(A, ask)
    await usingSession(B, async () => {
      for (const branch of stream.tee()) await byForAwait(branch, () => 'stop')
    })
    await exported('cleanup')
    expect(sessionsOf('cleanup')).toEqual([B])
  })
})
