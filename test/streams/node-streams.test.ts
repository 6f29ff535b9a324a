import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { context } from '@opentelemetry/api'
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

describe('a Node stream that bindSession binds', () => {
  test('is still a Node stream, without new keys, and complete', async () => {
    const keys = Object.keys(make())
    const stream = usingSession(A, () => bindSession(make()))
    expect(stream).toBeInstanceOf(Readable)
    expect(Object.keys(stream)).toEqual(keys)
    expect(await stream.toArray()).toEqual(['one', 'two', 'three'])
  })

  test('is bound as a whole, although the scope that returned it has bound only its iterator', async () => {
    const stream = usingSession(B, make)
    bindSession(stream, A)
    stream.resume()
    await finished(stream)
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('reads nothing when it is bound', async () => {
    usingSession(A, () => bindSession(make()))
    await bodyIsWaiting()
    expect(sessionsOf('body')).toEqual([])
  })

  test('runs each listener where it was added, until it is removed', async () => {
    const stream = usingSession(A, () => bindSession(make()))
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
    const bind = (stream: Transform) => bindSession(stream, A)
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

  test('still compresses and expands', async () => {
    const [zip, unzip] = usingSession(A, () => bindSession([createGzip(), createGunzip()] as const))
    zip.end('onetwothree'.repeat(10_000))
    zip.pipe(unzip)
    expect(await text(unzip)).toBe('onetwothree'.repeat(10_000))
  })

  test('still works over a real socket', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = bindSession(connect((server.address() as AddressInfo).port, '127.0.0.1'), A)
    socket.end('hello')
    expect(await text(socket)).toBe('hello')
    server.close()
  })

  test('emits its error to the listener, in the listener’s context', async () => {
    const failure = new Error('model is down')
    const stream = bindSession(new Readable({ read: () => void stream.destroy(failure) }), A)
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
    const stream = usingSession(A, () => bindSession(make()))
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
    bindSession(stream, A)
    await stream.toArray()
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })
})

describe('a Node stream that fn happens to return', () => {
  test('leaves its listeners and writers unbound, so that a shared logger does not file other users under the first', () => {
    const written: string[] = []
    const logger = new PassThrough()
    logger._transform = (chunk, _, done) => {
      work('write')
      written.push(String(chunk))
      done()
    }
    const log = (line: string) => {
      logger.write(line)
      return logger
    }
    usingSession(A, () => log('a1'))
    usingSession(B, () => log('b1'))
    expect(written).toEqual(['a1', 'b1'])
    expect(sessionsOf('write')).toEqual([A, B])
    expect(Object.hasOwn(logger, 'on')).toBe(false)
  })
})

describe('listeners on a bound stream come off', () => {
  test('where another library has bound the same emitter before, as the HTTP instrumentation does', () => {
    const stream = new PassThrough()
    context.bind(context.active(), stream)
    bindSession(stream, A)
    const before = stream.listenerCount('close')
    const listener = () => {}
    stream.on('close', listener).on('close', listener).once('close', listener)
    for (let time = 0; time < 3; time++) stream.off('close', listener)
    expect(stream.listenerCount('close')).toBe(before)
  })

  test('when it is unpiped', async () => {
    const stream = new PassThrough()
    context.bind(context.active(), stream)
    bindSession(stream, A)
    const got: string[] = []
    const to = new Writable({ write: (chunk, _, done) => done(void got.push(String(chunk)) as never) })
    stream.pipe(to)
    stream.write('1')
    await bodyIsWaiting()
    stream.unpipe(to)
    stream.write('2')
    await bodyIsWaiting()
    expect(got).toEqual(['1'])
  })

  test('by a function that names another one as its listener, as a once written by hand does', () => {
    const bus = bindSession(new EventEmitter(), A)
    let calls = 0
    const original = () => calls++
    const wrapper = Object.assign(
      () => {
        bus.removeListener('token', wrapper)
        original()
      },
      { listener: original },
    )
    bus.on('token', wrapper)
    for (let time = 0; time < 3; time++) bus.emit('token')
    expect(calls).toBe(1)
    bus.on('token', wrapper)
    bus.off('token', original)
    expect(bus.listenerCount('token')).toBe(0)
  })

  test('on a class that keeps its listeners itself', () => {
    class Own extends EventEmitter {
      readonly kept = new Map<unknown, unknown>()
      override on(event: string, listener: (...args: unknown[]) => void) {
        this.kept.set(listener, event)
        return super.on(event, listener)
      }
      override off(event: string, listener: (...args: unknown[]) => void) {
        return this.kept.delete(listener) ? super.off(event, listener) : this
      }
    }
    const own = bindSession(new Own(), A)
    const listener = () => {}
    own.on('token', listener).off('token', listener)
    expect([own.listenerCount('token'), own.kept.size]).toEqual([0, 0])
  })
})
