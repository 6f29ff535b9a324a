import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, bodyIsWaiting, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { lazyWebWords, webWords } from './table/bodies.ts'
import { byReader, collect } from './table/consumers.ts'

useTelemetry()

const failure = new Error('model is down')

function byteStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const words = ['one', 'two', 'three']
  const type = 'bytes'
  return new ReadableStream({
    type,
    pull(controller) {
      work('body')
      const word = words.shift()
      if (word !== undefined) return controller.enqueue(new TextEncoder().encode(word))
      controller.close()
      controller.byobRequest?.respond(0)
    },
  })
}

describe('the branches of a bound web stream', () => {
  test('each contain everything, with the same items', async () => {
    const items = [{ id: 1 }, { id: 2 }]
    const left = [...items]
    const stream = usingSession(
      A,
      () =>
        new ReadableStream({
          pull(controller) {
            const item = left.shift()
            if (item === undefined) controller.close()
            else controller.enqueue(item)
          },
        }),
    )
    const [one, other] = stream.tee()
    const [first, second] = [await collect(one), await collect(other)]
    expect(first.every((item, i) => item === items[i])).toBe(true)
    expect(second.every((item, i) => item === items[i])).toBe(true)
    expect(first).toHaveLength(2)
  })

  test('lock it, as they do an unbound one', () => {
    const stream = usingSession(A, webWords)
    stream.tee()
    expect(stream.locked).toBe(true)
    expect(() => stream.getReader()).toThrow(TypeError)
  })

  test('both get the error of its body', async () => {
    const stream = usingSession(A, () => new ReadableStream({ pull: () => Promise.reject(failure) }))
    for (const branch of stream.tee()) await expect(branch.getReader().read()).rejects.toBe(failure)
  })

  test('cancel it in its session, when both are left, with both reasons', async () => {
    const reasons: unknown[] = []
    const stream = usingSession(
      A,
      () =>
        new ReadableStream({
          cancel: (reason) => {
            work('cleanup')
            reasons.push(reason)
          },
        }),
    )
    await usingSession(B, async () => {
      const [one, other] = stream.tee()
      await Promise.all([one.cancel('bored'), other.cancel('busy')])
    })
    expect(reasons).toEqual([['bored', 'busy']])
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('do not cancel it if one is left and the other continues', async () => {
    const stream = usingSession(A, lazyWebWords)
    const [one, other] = stream.tee()
    void one.cancel()
    await usingSession(B, () => byReader(other, () => 'go on'))
    expect(sessionsOf('cleanup')).toEqual([])
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('follow it when it is bound to another session', async () => {
    const stream = usingSession(A, lazyWebWords)
    const [one] = stream.tee()
    bindSession(stream, B)
    await byReader(one, () => 'go on')
    expect(sessionsOf('body')).toContain(B)
  })

  test('are byte streams when it is one, and their readers bring buffers of their own', async () => {
    const decoder = new TextDecoder()
    for (const branch of usingSession(A, byteStream).tee()) {
      const reader = branch.getReader({ mode: 'byob' })
      const first = await reader.read(new Uint8Array(2))
      expect(decoder.decode(first.value)).toBe('on')
      let rest = ''
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(8))
        if (done) break
        rest += decoder.decode(value)
      }
      expect(rest).toBe('etwothree')
    }
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('have no readers with buffers of their own when it is no byte stream', () => {
    const [branch] = usingSession(A, webWords).tee()
    expect(() => branch.getReader({ mode: 'byob' })).toThrow(TypeError)
  })
})

describe('binding a web stream', () => {
  test('asks it for nothing, and does not lock it', async () => {
    const stream = usingSession(A, lazyWebWords)
    await bodyIsWaiting()
    expect([stream.locked, sessionsOf('body')]).toEqual([false, []])
  })

  test('shows no new keys', () => {
    expect(Object.keys(usingSession(A, webWords))).toEqual([])
  })

  test('leaves an overridden method of a subclass as it is, and binds the others', async () => {
    class Counted extends ReadableStream<Uint8Array> {
      #teed = 0
      override tee(): [ReadableStream<Uint8Array>, ReadableStream<Uint8Array>] {
        this.#teed++
        work(`tee ${this.#teed}`)
        return super.tee()
      }
    }
    const stream = usingSession(A, () => {
      const from = lazyWebWords().getReader()
      return new Counted({ pull: async (to) => to.enqueue((await from.read()).value ?? new Uint8Array()) })
    })
    stream.tee()
    expect(sessionsOf('tee 1')).toEqual([undefined])
  })
})
