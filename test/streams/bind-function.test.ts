import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { A, B, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf } from './table/consumers.ts'

useTelemetry()

describe('a function that bindSession binds', () => {
  test('runs in the session, wherever it is called', () => {
    const job = bindSession(() => work('job'), A)
    job()
    usingSession(B, job)
    expect(sessionsOf('job')).toEqual([A, A])
  })

  test('runs without a session when it is not bound', () => {
    const job = () => work('job')
    job()
    expect(sessionsOf('job')).toEqual([undefined])
  })

  test('leaves its caller without the session', () => {
    bindSession(() => {}, A)()
    work('caller')
    expect(sessionsOf('caller')).toEqual([undefined])
  })

  test('gets its own this and arguments, and returns its result', () => {
    const cart = {
      total: 2,
      add: bindSession(function (this: { total: number }, ...prices: number[]) {
        return prices.reduce((sum, price) => sum + price, this.total)
      }, A),
    }
    expect(cart.add(3, 4)).toBe(9)
  })

  test('keeps its name, its length and its type', () => {
    function route(_path: string, _query: object) {
      return 200
    }
    const bound = bindSession(route, A)
    expect(bound).not.toBe(route)
    expect([bound.name, bound.length]).toEqual(['route', 2])
    expectTypeOf(bound).toEqualTypeOf(route)
  })

  test('keeps its properties, and can be constructed where it is a class', () => {
    class Job {
      constructor(name: string) {
        work(name)
      }
    }
    const Bound = bindSession(Job as never, A) as typeof Job
    expect(new Bound('made')).toBeInstanceOf(Job)
    expect(sessionsOf('made')).toEqual([A])
    expect(
      bindSession(
        Object.assign(() => {}, { description: 'a tool' }),
        A,
      ).description,
    ).toBe('a tool')
  })

  test('throws what it throws', () => {
    const failure = new Error('no')
    const bound = bindSession(() => {
      throw failure
    }, A)
    expect(bound).toThrow(failure)
  })

  test('is bound to the active session if none is passed', () => {
    const job = usingSession(A, () => bindSession(() => work('job')))
    job()
    usingSession(B, job)
    expect(sessionsOf('job')).toEqual([A, A])
  })

  test('is bound to no session if none is passed and none is active', () => {
    const job = bindSession(() => work('job'))
    usingSession(B, job)
    expect(sessionsOf('job')).toEqual([undefined])
  })

  test('runs without a session if null is passed, even if it is called inside one', () => {
    const job = usingSession(A, () => bindSession(() => work('job'), null))
    usingSession(B, job)
    expect(sessionsOf('job')).toEqual([undefined])
  })

  test('runs without a session if undefined is passed, as for an invalid ID', () => {
    const job = usingSession(A, () => bindSession(() => work('job'), undefined as never))
    usingSession(B, job)
    expect(sessionsOf('job')).toEqual([undefined])
  })

  test('stays in the session after an await, and returns its Promise', async () => {
    const job = bindSession(async (name: string) => {
      await Promise.resolve()
      work('job')
      return `hello ${name}`
    }, A)
    expect(await usingSession(B, () => job('world'))).toBe('hello world')
    expect(sessionsOf('job')).toEqual([A])
  })

  test('returns generators whose bodies run in the session', () => {
    const bound = bindSession(words, A)
    byForOf(bound(), () => 'go on')
    usingSession(B, () => byForOf(bound(), () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('returns async generators whose bodies run in the session', async () => {
    const bound = bindSession(wordsInTime, A)
    await usingSession(B, async () => byForAwait(bound(), () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})

describe('a queue that was started outside every session', () => {
  /** One worker that runs jobs in the context in which it was started. */
  function startQueue() {
    const jobs: (() => unknown)[] = []
    let wake = () => {}
    const ready = () => new Promise<void>((resolve) => (wake = resolve))
    const push = (job: () => unknown) => {
      jobs.push(job)
      wake()
    }
    const worker = (async () => {
      for (;;) {
        const job = jobs.shift()
        if (job === undefined) await ready()
        else if ((await job()) === 'last') return
      }
    })()
    return { push, worker }
  }

  test('runs a bound job in the session in which it was queued, and only that one', async () => {
    const { push, worker } = startQueue()
    await Promise.resolve()
    usingSession(A, () => push(bindSession(() => work('bound'))))
    usingSession(A, () => push(() => work('unbound')))
    usingSession(B, () => push(bindSession(async () => work('other'))))
    push(() => 'last')
    await worker
    expect(sessionsOf('bound')).toEqual([A])
    expect(sessionsOf('unbound')).toEqual([undefined])
    expect(sessionsOf('other')).toEqual([B])
  })
})
