import { Readable } from 'node:stream'
import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, useTelemetry } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

// It reads as many items ahead as it is asked to buffer: here none, so that each is asked for by the consumer.
const make = () => Readable.from(wordsInTime(), { highWaterMark: 1 })

keepsItsSession({ name: 'a Node stream of an async generator, by for await', make, consume: byForAwait })

describe('a Node stream that fn gives', () => {
  test('is still one, and gives everything', async () => {
    const stream = usingSession(A, make)
    expect(stream).toBeInstanceOf(Readable)
    expect(await stream.toArray()).toEqual(['one', 'two', 'three'])
  })
})
