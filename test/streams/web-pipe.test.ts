// A bound web stream pipes as the platform's own does: each scenario is played to both, and what happened compared.

import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { type Bind, happened, OPTIONS, SCENARIOS } from './pipe-scenarios.ts'
import { A, B, bodyIsWaiting, distinctSessionsOf, sessionsOf, useTelemetry } from './support.ts'
import { webWords } from './table/bodies.ts'

useTelemetry()

const native: Bind = (stream) => stream
const bound: Bind = (stream) => usingSession(A, () => stream)

describe.each(Object.entries(SCENARIOS))('a bound web stream piped, when %s,', (_, scenario) => {
  test.each(OPTIONS)('does what an unbound one does, with %o', async (options) => {
    const expected = await happened(scenario, options, native)
    expect(await happened(scenario, options, bound)).toEqual(expected)
  })
})

describe('a bound web stream', () => {
  test('is locked while it is piped, and as soon as it is', async () => {
    const stream = usingSession(A, webWords)
    const piped = stream.pipeTo(new WritableStream())
    expect(stream.locked).toBe(true)
    await piped
    expect(stream.locked).toBe(false)
  })

  test.each([
    ['nothing', () => [] as never],
    ['what is no stream', () => [{}] as never],
    ['options that are none', () => [new WritableStream(), 7] as never],
    ['a signal that is none', () => [new WritableStream(), { signal: {} }] as never],
    ['a locked destination', () => [lockedSink()] as never],
  ])('refuses to be piped to %s, as an unbound one does, and stays free', async (_, args: () => never) => {
    const errorOf = async (stream: ReadableStream) =>
      (stream.pipeTo as (...args: unknown[]) => Promise<void>)(...(args() as unknown[])).catch(
        (error) => error,
      )
    const stream = usingSession(A, webWords)
    const expected = await errorOf(webWords())
    expect(expected).toBeInstanceOf(TypeError)
    expect(await errorOf(stream)).toEqual(expected)
    expect(stream.locked).toBe(false)
  })

  test('cannot be piped, piped through or teed while it is locked, like an unbound one', async () => {
    const stream = usingSession(A, webWords)
    stream.getReader()
    await expect(stream.pipeTo(new WritableStream())).rejects.toThrow(TypeError)
    expect(() => stream.pipeThrough(new TransformStream())).toThrow(TypeError)
    expect(() => stream.tee()).toThrow(TypeError)
  })

  test('throws immediately if it is piped through something other than a pair of streams, and stays unlocked', () => {
    const stream = usingSession(A, webWords)
    for (const wrong of [
      undefined,
      {},
      { readable: new ReadableStream() },
      { writable: new WritableStream() },
    ])
      expect(() => stream.pipeThrough(wrong as never)).toThrow(TypeError)
    const writable = lockedSink()
    expect(() => stream.pipeThrough({ readable: new ReadableStream(), writable })).toThrow(TypeError)
    expect(() => stream.pipeThrough(new TransformStream(), { signal: {} as never })).toThrow(TypeError)
    expect(stream.locked).toBe(false)
  })

  test('returns the pair’s readable, whose reader gets its error', async () => {
    const failure = new Error('model is down')
    const stream = usingSession(A, () => new ReadableStream({ pull: () => Promise.reject(failure) }))
    const pair = new TransformStream()
    const readable = stream.pipeThrough(pair)
    expect(readable).toBe(pair.readable)
    await expect(readable.getReader().read()).rejects.toBe(failure)
  })

  test('is released when a pipe through a pair ends without its being cancelled', async () => {
    const stream = usingSession(A, webWords)
    const writable = new WritableStream({ write: () => Promise.reject(new Error('full')) })
    stream.pipeThrough({ readable: new ReadableStream(), writable }, { preventCancel: true })
    while (stream.locked) await bodyIsWaiting()
    expect((await stream.getReader().read()).done).toBe(false)
  })

  test('runs its cancel in its session when what it is piped to fails', async () => {
    const stream = usingSession(A, webWords)
    const writable = new WritableStream({ write: () => Promise.reject(new Error('full')) })
    await usingSession(B, () => stream.pipeTo(writable).catch(() => {}))
    expect(sessionsOf('cleanup')).toEqual([A])
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})

function lockedSink(): WritableStream {
  const sink = new WritableStream()
  sink.getWriter()
  return sink
}
