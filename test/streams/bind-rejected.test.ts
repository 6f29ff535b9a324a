import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, distinctSessionsOf, problemCount, sessionsOf, useTelemetry, work } from './support.ts'
import { words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf } from './table/consumers.ts'

useTelemetry()

const WRONG: readonly [what: string, target: unknown][] = [
  ['a number', 7],
  ['a string', 'sess'],
  ['null', null],
  ['undefined', undefined],
  ['a plain object', { sessionId: A }],
  ['an array', [1, 2]],
]

describe('what bindSession cannot bind', () => {
  test.each(WRONG)('is returned unchanged and counted: %s', (_, target) => {
    const before = problemCount('bind:unknown-target')
    expect(bindSession(target as never, A)).toBe(target)
    expect(problemCount('bind:unknown-target')).toBe(before + 1)
  })

  test.each([
    ['a number', 7],
    ['a string', 'sess'],
    ['null', null],
    ['a plain object', Object.freeze({ sessionId: A })],
    ['an array', Object.freeze([1, 2])],
  ])('comes back from usingSession as it is, and is no problem: %s', (_, value) => {
    const before = problemCount('bind:rejected') + problemCount('bind:unknown-target')
    expect(usingSession(A, () => value)).toBe(value)
    expect(problemCount('bind:rejected') + problemCount('bind:unknown-target')).toBe(before)
  })

  test('is returned unchanged and counted: a frozen generator', () => {
    const frozen = Object.freeze(words())
    const before = problemCount('bind:rejected')
    expect(bindSession(frozen, A)).toBe(frozen)
    expect(problemCount('bind:rejected')).toBe(before + 1)
    byForOf(frozen, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('is returned unchanged from usingSession and counted: a frozen async generator', async () => {
    const before = problemCount('bind:rejected')
    const frozen = usingSession(A, () => Object.freeze(wordsInTime()))
    expect(problemCount('bind:rejected')).toBe(before + 1)
    await byForAwait(frozen, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([undefined])
  })

  test('is returned unchanged and counted: a Proxy whose traps all throw', () => {
    const proxy = untouchable()
    const before = problemCount('bind:unknown-target')
    expect(Object.is(bindSession(proxy as never, A), proxy)).toBe(true)
    expect(problemCount('bind:unknown-target')).toBe(before + 1)
  })

  // Before any Promise in this file: the helper inspects results only until it has seen one.
  test.each([
    ['refuses every look', untouchable],
    ['was revoked', revoked],
  ])('comes back from usingSession as it is, without a throw: a Proxy that %s', (_, make) => {
    const proxy = make()
    const same = usingSession(A, () => proxy)
    expect(Object.is(same, proxy)).toBe(true)
  })
})

describe('a value that can be bound only in part', () => {
  test('can still be iterated when its iterators are frozen', async () => {
    const frozen = () => Object.freeze(wordsInTime())
    const iterable = usingSession(A, () => ({ [Symbol.asyncIterator]: frozen }))
    await byForAwait(iterable, () => 'go on')
    expect(sessionsOf('body')).toHaveLength(6)
  })

  test('is bound, or counted, if it is an iterator that is not iterable, as the type allows', async () => {
    const iterator: AsyncIterator<string> = {
      next: async () => {
        work('body')
        return { value: undefined, done: true }
      },
    }
    const before = problemCount('bind:unknown-target')
    expect(bindSession(iterator, A)).toBe(iterator)
    await iterator.next()
    const isBound = sessionsOf('body')[0] === A
    const isCounted = problemCount('bind:unknown-target') > before
    expect(isBound || isCounted).toBe(true)
  })
})

function untouchable(): object {
  const refuse = () => {
    throw new Error('hands off')
  }
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
