import { PassThrough, type Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SpanStatusCode } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import {
  closed,
  nodeWords,
  readAll,
  readOne,
  SHAPES,
  startOne,
  webWords,
  words,
  wordsInTime,
} from './stream-shapes.ts'

afterEach(stopTracing)

describe('the span of a trace', () => {
  it('ends once, whatever happens to the stream afterwards', async () => {
    const { session, named } = startOne()
    const stream = session.trace('turn', () => wordsInTime(() => {}))
    await readAll(stream)
    await stream.return(undefined)
    await expect(stream.throw(new Error('late'))).rejects.toThrow('late')
    expect(named('turn')).toHaveLength(1)
    expect(named('turn')[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('stays open for a generator that catches an error and yields more', () => {
    const { session, isOver } = startOne()
    function* patient() {
      try {
        yield 1
      } catch {
        yield 2
      }
    }
    const stream = session.trace('turn', () => patient())
    stream.next()
    expect(stream.throw(new Error('in'))).toEqual({ done: false, value: 2 })
    expect(isOver()).toBe(false)
    stream.next()
    expect(isOver()).toBe(true)
  })

  it('stays open for a generator that yields more when it is left', () => {
    const { session, isOver } = startOne()
    function* stubborn() {
      try {
        yield 1
      } finally {
        yield 2
      }
    }
    const stream = session.trace('turn', () => stubborn())
    stream.next()
    expect(stream.return(undefined)).toEqual({ done: false, value: 2 })
    expect(isOver()).toBe(false)
    stream.next()
    expect(isOver()).toBe(true)
  })

  it('ends with an iterator whose return gives no done', async () => {
    const { session, isOver } = startOne()
    const iterator = { next: async () => ({ done: false, value: 'one' }), return: async () => ({}) as never }
    await readOne(session.trace('turn', () => ({ [Symbol.asyncIterator]: () => iterator })))
    expect(isOver()).toBe(true)
  })

  it.each([
    ['read by events', (stream: Readable) => stream.resume()],
    ['piped', (stream: Readable) => stream.pipe(new PassThrough()).resume()],
    ['destroyed', (stream: Readable) => stream.destroy()],
  ])('that returns a Node stream ends when that is %s', async (_, consume) => {
    const { session, isOver } = startOne()
    consume(session.trace('turn', () => nodeWords(() => {})))
    expect(isOver()).toBe(false)
    await closed()
    expect(isOver()).toBe(true)
  })

  it('ends with the error that destroys a Node stream', async () => {
    const { session, one } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    stream.on('error', () => {})
    stream.destroy(new Error('broken'))
    await closed()
    expect(one('turn').status.message).toBe('broken')
  })

  it('neither listens to errors of a Node stream nor starts it', () => {
    const { session } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    expect(stream.listenerCount('error')).toBe(0)
    expect(stream.readableFlowing).toBe(null)
  })

  it('ends at once for a frozen stream', () => {
    const { session, isOver } = startOne()
    session.trace('turn', () => Object.freeze(words(() => {})))
    expect(isOver()).toBe(true)
  })

  it('ends with a stream that is bound to a session inside', async () => {
    const { session, isOver } = startOne()
    await readAll(session.trace('turn', () => session.run(() => wordsInTime(() => {}))))
    expect(isOver()).toBe(true)
  })

  it('ends when such a stream is piped', async () => {
    const { session, isOver } = startOne()
    await session.trace('turn', () => session.run(() => webWords(() => {}))).pipeTo(new WritableStream())
    expect(isOver()).toBe(true)
  })

  it.each(SHAPES)(
    'that returns %s which is not read ends when that is garbage-collected',
    async (_, make) => {
      const { session, isOver } = startOne()
      session.trace('turn', () => make(() => {}))
      expect(isOver()).toBe(false)
      await collected(isOver)
      expect(isOver()).toBe(true)
    },
  )
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Collects garbage until something is done; a bounded number of times. */
async function collected(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !isDone(); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
}
