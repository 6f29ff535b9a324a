import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, B, bodyIsWaiting, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

// It reads as many items ahead as it is asked to buffer: here none, so that each is asked for by the consumer.
const make = () => Readable.from(wordsInTime(), { highWaterMark: 1 })

keepsItsSession({ name: 'a Node stream of an async generator, by for await', make, consume: byForAwait })

describe('a Node stream that fn gives', () => {
  test('is still one, with no new keys, and gives everything', async () => {
    const keys = Object.keys(make())
    const stream = usingSession(A, make)
    expect(stream).toBeInstanceOf(Readable)
    expect(Object.keys(stream)).toEqual(keys)
    expect(await stream.toArray()).toEqual(['one', 'two', 'three'])
  })

  test('asks for nothing by being bound', async () => {
    usingSession(A, make)
    await bodyIsWaiting()
    expect(sessionsOf('body')).toEqual([])
  })

  test('runs each listener where it was added, until it is removed', async () => {
    const stream = usingSession(A, make)
    const removed = () => work('removed')
    usingSession(B, () => stream.on('data', () => work('in B')))
    stream.on('data', () => work('outside')).on('data', removed)
    stream.off('data', removed)
    await finished(stream)
    expect(distinctSessionsOf('in B')).toEqual([B])
    expect(distinctSessionsOf('outside')).toEqual([undefined])
    expect(sessionsOf('removed')).toEqual([])
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('flushes a Transform once, also one that has a _final of its own', async () => {
    const flushed: string[] = []
    const flush = (done: () => void) => {
      flushed.push('flush')
      work('body')
      done()
    }
    class Own extends Transform {
      override _final(done: () => void) {
        flushed.push('final')
        work('body')
        done()
      }
      override _flush = flush
      override _transform(chunk: unknown, _: string, done: (error: null, chunk: unknown) => void) {
        done(null, chunk)
      }
    }
    const bind = (stream: Transform) => usingSession(A, () => stream)
    const ends = async (stream: Transform) => {
      flushed.length = 0
      stream.end('word')
      await text(stream)
      return [...flushed]
    }
    const plain = () => new PassThrough({ flush })
    expect(await ends(bind(plain()))).toEqual(['flush'])
    expect(await ends(bind(new Own()))).toEqual(await ends(new Own()))
    expect(sessionsOf('body').slice(0, 2)).toEqual([A, A])
  })

  test('compresses and expands as before', async () => {
    const [zip, unzip] = usingSession(A, () => bindSession([createGzip(), createGunzip()] as const))
    zip.end('onetwothree'.repeat(10_000))
    zip.pipe(unzip)
    expect(await text(unzip)).toBe('onetwothree'.repeat(10_000))
  })

  test('talks over a real socket as before', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = usingSession(A, () => connect((server.address() as AddressInfo).port, '127.0.0.1'))
    socket.end('hello')
    expect(await text(socket)).toBe('hello')
    server.close()
  })

  test('gives its error to the listener, where that was added', async () => {
    const failure = new Error('model is down')
    const stream = usingSession(A, () => new Readable({ read: () => void stream.destroy(failure) }))
    const seen = usingSession(
      B,
      () =>
        new Promise((resolve) =>
          stream.on('error', (error) => {
            work('listener')
            resolve(error)
          }),
        ),
    )
    stream.resume()
    expect(await seen).toBe(failure)
    expect(sessionsOf('listener')).toEqual([B])
  })

  test('stops its source in its session when a pipeline fails', async () => {
    const stream = usingSession(A, make)
    const full = new Writable({ objectMode: true, write: (_, __, done) => done(new Error('full')) })
    await expect(usingSession(B, () => pipeline(stream, full))).rejects.toThrow('full')
    await bodyIsWaiting()
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('leaves a Writable that fn returns as it is; bindSession binds where it writes', async () => {
    const sink = () => new Writable({ write: (_, __, done) => done(void work('write')) })
    usingSession(A, sink).write('x')
    bindSession(sink(), A).write('x')
    expect(sessionsOf('write')).toEqual([undefined, A])
  })

  test('is bound whole or not at all, when it is frozen in part', async () => {
    const stream = make()
    Object.defineProperty(stream, 'once', { value: stream.once, configurable: false })
    usingSession(A, () => stream)
    await stream.toArray()
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })
})
