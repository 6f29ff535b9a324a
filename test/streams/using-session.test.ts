import { type SessionInit, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

const refuse = () => {
  throw new Error('hands off')
}

/** Whatever may be handed over as the session; JavaScript callers do not read our types. */
const SESSIONS: readonly [what: string, session: unknown][] = [
  ['an ID', A],
  ['an object', { sessionId: A, userId: 'u1', tags: ['beta'], metadata: { plan: 'pro' } }],
  ['an object that only adds fields', { userId: 'u1' }],
  ['null', null],
  ['undefined', undefined],
  ['an empty string', ''],
  ['an ID that is too long', 'x'.repeat(200)],
  ['a number', 7],
  ['a symbol', Symbol('sess')],
  ['a function', () => A],
  ['a forgotten await', Promise.resolve(A)],
  [
    'an object whose getter throws',
    {
      get sessionId() {
        return refuse()
      },
    },
  ],
  [
    'a Proxy that refuses every look',
    new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
  ],
  ['fields of wrong types', { sessionId: A, userId: 7, tags: 'beta', metadata: 'pro' }],
]

describe.each(SESSIONS)('usingSession with %s', (_, given) => {
  const session = given as string | SessionInit | null

  test('runs fn exactly once, and returns its value', () => {
    let runs = 0
    const value = { answer: 42 }
    const result = usingSession(session, () => {
      runs++
      return value
    })
    expect(result).toBe(value)
    expect(runs).toBe(1)
  })

  test('throws what fn throws, after one run', () => {
    let runs = 0
    const failure = new Error('model is down')
    const run = () =>
      usingSession(session, () => {
        runs++
        throw failure
      })
    expect(run).toThrow(failure)
    expect(runs).toBe(1)
  })
})

describe('usingSession', () => {
  test.each([undefined, null, 0, '', false, 7n, Symbol.iterator, Number.NaN])('returns %s', (value) => {
    expect(usingSession(A, () => value)).toBe(value)
  })

  test('returns a function unbound, as the same one', () => {
    const job = () => work('job')
    const same = usingSession(A, () => job)
    expect(same).toBe(job)
    same()
    expect(sessionsOf('job')).toEqual([undefined])
  })

  test('has its session for what fn does, and not for what comes after', () => {
    usingSession(A, () => work('inside'))
    work('after')
    expect(sessionsOf('inside')).toEqual([A])
    expect(sessionsOf('after')).toEqual([undefined])
  })

  test('puts the outer session back when fn threw', () => {
    usingSession(B, () => {
      expect(() => usingSession(A, refuse)).toThrow('hands off')
      work('after')
    })
    expect(sessionsOf('after')).toEqual([B])
  })
})
