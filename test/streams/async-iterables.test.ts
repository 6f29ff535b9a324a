import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, B, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

/** As SDKs write them: iterable more than once, with state that only the class can read. */
class Answer implements AsyncIterable<string> {
  readonly #start = wordsInTime
  readonly id = 'answer_1'

  describe(): string {
    return `${this.id} by ${this.#start.name}`
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#start()
  }
}

/** An iterator without a generator behind it. */
class Countdown implements AsyncIterableIterator<number> {
  #left = 3

  async next(): Promise<IteratorResult<number>> {
    work('body')
    return this.#left-- > 0 ? { value: this.#left, done: false } : { value: undefined, done: true }
  }

  async return(): Promise<IteratorResult<number>> {
    work('cleanup')
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

keepsItsSession({
  name: 'an object with Symbol.asyncIterator',
  make: () => ({ [Symbol.asyncIterator]: wordsInTime }),
  consume: byForAwait,
})
keepsItsSession({
  name: 'an instance with Symbol.asyncIterator',
  make: () => new Answer(),
  consume: byForAwait,
})
keepsItsSession({ name: 'an iterator of its own class', make: () => new Countdown(), consume: byForAwait })

describe('an object with Symbol.asyncIterator that fn returns', () => {
  test('keeps the methods and the private state of its class', () => {
    const answer = usingSession(A, () => new Answer())
    expect(answer).toBeInstanceOf(Answer)
    expect(answer.describe()).toBe('answer_1 by wordsInTime')
  })

  test('shows the same keys as without binding', () => {
    expect(Object.keys(usingSession(A, () => new Answer()))).toEqual(['id'])
  })

  test('keeps its session in every iteration', async () => {
    const answer = usingSession(A, () => new Answer())
    await byForAwait(answer, () => 'go on')
    const once = sessionsOf('body').length
    await byForAwait(answer, () => 'go on')
    expect(sessionsOf('body')).toHaveLength(2 * once)
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('starts in its session if its first work happens when it is opened', () => {
    const iterable = usingSession(A, () => ({
      [Symbol.asyncIterator]() {
        work('open')
        return wordsInTime()
      },
    }))
    usingSession(B, () => iterable[Symbol.asyncIterator]())
    expect(sessionsOf('open')).toEqual([A])
  })

  test('catches the consumer’s exceptions in its own session', async () => {
    const iterable = usingSession(A, () => ({ [Symbol.asyncIterator]: wordsInTime }))
    const iterator = iterable[Symbol.asyncIterator]()
    await iterator.next()
    const thrown = new Error('no answer')
    await expect(usingSession(B, () => iterator.throw(thrown))).rejects.toBe(thrown)
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('can still be copied by spreading', () => {
    const iterator = usingSession(A, () => ({
      next: async () => ({ value: undefined, done: true }),
      [Symbol.asyncIterator]() {
        return this
      },
    }))
    expect(Object.keys({ ...iterator })).toEqual(['next'])
    expect(Symbol.asyncIterator in { ...iterator }).toBe(true)
  })
})
