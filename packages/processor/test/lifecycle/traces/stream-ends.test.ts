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
  it('ends once, whatever is done to a stream afterwards', async () => {
    const { session, named } = startOne()
    const stream = session.trace('turn', () => wordsInTime(() => {}))
    await readAll(stream)
    await stream.return(undefined)
    await expect(stream.throw(new Error('late'))).rejects.toThrow('late')
    expect(named('turn')).toHaveLength(1)
    expect(named('turn')[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends with a generator that catches what is thrown into it only where that is its end', () => {
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

  it('goes on with a generator that gives more when it is left', () => {
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

  it('ends with an iterator that says nothing when it is left', async () => {
    const { session, isOver } = startOne()
    const iterator = { next: async () => ({ done: false, value: 'one' }), return: async () => ({}) as never }
    await readOne(session.trace('turn', () => ({ [Symbol.asyncIterator]: () => iterator })))
    expect(isOver()).toBe(true)
  })

  it.each([
    ['read by events', (stream: Readable) => stream.resume()],
    ['piped', (stream: Readable) => stream.pipe(new PassThrough()).resume()],
    ['destroyed', (stream: Readable) => stream.destroy()],
  ])('that gives a Node stream ends when it has been %s', async (_, consume) => {
    const { session, isOver } = startOne()
    consume(session.trace('turn', () => nodeWords(() => {})))
    expect(isOver()).toBe(false)
    await closed()
    expect(isOver()).toBe(true)
  })

  it('ends with the error by which a Node stream is destroyed', async () => {
    const { session, one } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    stream.on('error', () => {})
    stream.destroy(new Error('broken'))
    await closed()
    expect(one('turn').status.message).toBe('broken')
  })

  it('leaves it to the application to hear of the error of a Node stream', () => {
    const { session } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    expect(stream.listenerCount('error')).toBe(0)
    expect(stream.readableFlowing).toBe(null)
  })

  it('ends with the call where a stream is frozen', () => {
    const { session, isOver } = startOne()
    session.trace('turn', () => Object.freeze(words(() => {})))
    expect(isOver()).toBe(true)
  })

  it('that gives a stream which was bound to a session within ends with it, too', async () => {
    const { session, isOver } = startOne()
    await readAll(session.trace('turn', () => session.run(() => wordsInTime(() => {}))))
    expect(isOver()).toBe(true)
  })

  it('ends, too, when such a stream is piped', async () => {
    const { session, isOver } = startOne()
    await session.trace('turn', () => session.run(() => webWords(() => {}))).pipeTo(new WritableStream())
    expect(isOver()).toBe(true)
  })

  it.each(SHAPES)('that gives %s which nobody reads ends when it is collected', async (_, make) => {
    const { session, isOver } = startOne()
    session.trace('turn', () => make(() => {}))
    expect(isOver()).toBe(false)
    await collected(isOver)
    expect(isOver()).toBe(true)
  })
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Collects garbage until something was found to be; a bounded number of times. */
async function collected(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !isDone(); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
}
