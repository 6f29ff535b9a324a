// What starts its work when it is awaited, as query builders do, and is returned before that.

import { context } from '@opentelemetry/api'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, problemCount, sessionsOf, useTelemetry, work } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

/** A query builder: some methods return it, some another one. */
class Query<T = string[]> implements PromiseLike<T> {
  readonly #rows: T
  constructor(rows: T) {
    this.#rows = rows
  }
  where(): this {
    return this
  }
  limit(): Query<T> {
    return new Query(this.#rows)
  }
  clone(): Query<T> {
    return new Query(this.#rows)
  }
  async exec(): Promise<T> {
    work('query')
    await Promise.resolve()
    work('query')
    return this.#rows
  }
  // biome-ignore lint/suspicious/noThenProperty: query builders have it
  then<R = T, E = never>(
    ok?: ((rows: T) => R | PromiseLike<R>) | null,
    failed?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.exec().then(ok, failed)
  }
  catch<E>(failed: (error: unknown) => E): Promise<T | E> {
    return this.exec().catch(failed)
  }
  finally(done: () => void): Promise<T> {
    return this.exec().finally(done)
  }
}

const rows = ['row']
const query = () => new Query(rows)

const starts: [how: string, start: (made: Query) => PromiseLike<unknown>][] = [
  ['awaited', async (made) => await made],
  ['started by then', (made) => made.then((all) => all)],
  ['started by catch', (made) => made.catch(() => [])],
  ['started by finally', (made) => made.finally(() => {})],
  ['started by exec', (made) => made.exec()],
  ['copied and awaited', async (made) => await made.clone()],
  ['refined and awaited', async (made) => await made.where()],
  ['passed to Promise.all', (made) => Promise.all([made])],
]

describe.each([
  ['usingSession returns', (make: () => Query) => usingSession(A, make)],
  ['bindSession binds', (make: () => Query) => bindSession(make(), A)],
])('a query that %s', (_, bound) => {
  test('is the same object of the same class, without visible additions, and not started', () => {
    const made = query()
    const prototype = Object.getPrototypeOf(made)
    expect(bound(() => made)).toBe(made)
    expect([Object.getPrototypeOf(made), Object.keys(made)]).toEqual([prototype, []])
    expect(made).toBeInstanceOf(Query)
    expect(sessionsOf('query')).toEqual([])
  })

  test.each(starts)(
    'has its work in the session if it is %s outside, or in another session',
    async (_, start) => {
      await start(bound(query))
      await usingSession(B, () => start(bound(query)))
      expect(sessionsOf('query')).toEqual([A, A, A, A])
    },
  )

  test('calls back in the context of the caller, with the rows', async () => {
    const heard: unknown[] = []
    const hear = (value: unknown) => {
      work('callback')
      heard.push(value)
    }
    await usingSession(B, () => bound(query).then(hear))
    await usingSession(B, () => bound(query).finally(() => hear('finally')))
    expect(heard).toEqual([rows, 'finally'])
    expect(sessionsOf('callback')).toEqual([B, B])
  })

  test('leaves the work after an await in the context of the caller', async () => {
    await usingSession(B, async () => {
      await bound(query)
      work('after')
    })
    await bound(query)
    work('after')
    expect(sessionsOf('after')).toEqual([B, undefined])
  })

  test('binds a stream to which it resolves', async () => {
    const stream = await (bound(() => new Query(wordsInTime()) as never) as unknown as Query<
      AsyncGenerator<string>
    >)
    await usingSession(B, async () => byForAwait(stream, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('passes on errors', async () => {
    const failure = new Error('no such table')
    class Failing extends Query {
      override async exec(): Promise<never> {
        throw failure
      }
    }
    await expect(bound(() => new Failing(rows))).rejects.toBe(failure)
    expect(await bound(() => new Failing(rows)).catch((error) => error)).toBe(failure)
  })
})

describe('a thenable that usingSession returns', () => {
  test('may be a plain object that calls back at once', async () => {
    const made = {
      // biome-ignore lint/suspicious/noThenProperty: it is what the test is about
      then(ok: (rows: number) => void) {
        work('query')
        ok(3)
      },
    }
    expect(await usingSession(A, () => made)).toBe(3)
    expect(sessionsOf('query')).toEqual([A])
    expect(Object.keys(made)).toEqual(['then'])
  })

  test.each([
    ['usingSession', <T extends object>(made: T) => usingSession(A, () => made)],
    ['bindSession', <T extends object>(made: T) => bindSession(made, A)],
  ])('may be a function, but a class is none: %s', async (_, bind) => {
    // biome-ignore lint/suspicious/noThenProperty: tagged queries have it
    const thenable = { then: (ok: (rows: unknown) => void) => ok(work('query')) }
    const Model = Object.assign(class {}, thenable)
    bind(Model)
    expect(Model.then).toBe(thenable.then)
    const made = Object.assign(() => 1, thenable)
    await bind(made)
    expect([bind(made)(), sessionsOf('query')]).toEqual([1, [A]])
  })

  test.each(['run', 'all', 'get', 'first', 'toArray', 'asCallback', 'end'])(
    'runs in the session if %s starts it, and calls back outside',
    (start) => {
      const run = (done: () => void) => {
        work('query')
        done()
      }
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      const made: Record<string, typeof run> = usingSession(A, () => ({ then() {}, [start]: run }))
      made[start]?.(() => work('callback'))
      expect([sessionsOf('query'), sessionsOf('callback')]).toEqual([[A], [undefined]])
    },
  )

  test('is not consumed by a method that returns it again', async () => {
    const made = {
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      then: (ok: (rows: unknown) => void) => ok(work('query')),
      first: () => made,
    }
    const hold = usingSession(A, () => made).first()
    await usingSession(B, async () => await hold)
    expect(sessionsOf('query')).toEqual([A])
  })

  test.each([
    ['an object', {}],
    ['a function', () => {}],
  ])(
    'is counted if it is a Proxy of %s that answers then, and bindSession makes a view of it',
    async (_, on) => {
      const then = (ok: (row: number) => void) => {
        work('query')
        ok(1)
      }
      const get = (target: object, name: PropertyKey) => (name === 'then' ? then : Reflect.get(target, name))
      const make = () => new Proxy(on, { get }) as PromiseLike<number>
      const before = problemCount('bind:lazy-not-bound')
      const keys = Reflect.ownKeys(on)
      expect(await usingSession(A, make)).toBe(1)
      expect([problemCount('bind:lazy-not-bound'), Reflect.ownKeys(on)]).toEqual([before + 1, keys])
      await usingSession(B, () => bindSession(make(), A).then(() => work('callback')))
      expect(await usingSession(B, async () => await bindSession(make(), A))).toBe(1)
      expect([sessionsOf('query'), sessionsOf('callback')]).toEqual([[undefined, A, A], [B]])
      expect(problemCount('bind:lazy-not-bound')).toBe(before + 1)
    },
  )

  test.each([
    ['an object', () => ({})],
    ['a function', () => () => {}],
  ])('is counted by bindSession if it is %s whose own then is frozen, and works as before', async (_, on) => {
    const before = problemCount('bind:lazy-not-bound')
    const then = (ok: (row: number) => void) => {
      work('query')
      ok(1)
    }
    const made = Object.freeze(Object.assign(on(), { then }))
    expect(await bindSession(made, A)).toBe(1)
    expect([sessionsOf('query'), problemCount('bind:lazy-not-bound')]).toEqual([[undefined], before + 1])
  })

  test('is counted, and not asked, if it is a stub of a remote object, where reading sends a request', async () => {
    const asked: string[] = []
    const stub = (path: string): Stub =>
      new Proxy((() => {}) as unknown as Stub, {
        get(_, name) {
          if (name !== 'then') return stub(`${path}.${String(name)}`)
          asked.push(path)
          work('query')
          return (ok: (value: string) => void) => ok(path)
        },
        apply: async () => {
          work('query')
          return path
        },
      })
    const before = problemCount('bind:lazy-not-bound')
    usingSession(A, () => stub('remote').counter)
    expect([asked, problemCount('bind:lazy-not-bound')]).toEqual([[], before + 1])
    const bound = bindSession(stub('remote'), A)
    expect(asked).toEqual([])
    expect(await bound.counter).toBe('remote.counter')
    expect(await bound.deep.add(1)).toBe('remote.deep.add')
    expect(sessionsOf('query')).toEqual([A, A])
  })

  test('is started once, inside, if fn is async', async () => {
    expect(await usingSession(A, async () => query())).toBe(rows)
    expect(sessionsOf('query')).toEqual([A, A])
  })

  test('has no session if it was cleared', async () => {
    await usingSession(B, async () => await usingSession(null, query))
    expect(sessionsOf('query')).toEqual([undefined, undefined])
  })

  test('keeps the inner session if an outer scope passes it on', async () => {
    await usingSession(B, () => usingSession(A, query))
    expect(sessionsOf('query')).toEqual([A, A])
  })

  test('is no problem if its `then` cannot be read', () => {
    const made = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('not now')
      },
    })
    expect(
      Object.is(
        usingSession(A, () => made),
        made,
      ),
    ).toBe(true)
    expect(Object.is(bindSession(made, A), made)).toBe(true)
  })

  test.each([
    ['is frozen', () => Object.freeze(query()) as Query],
    [
      'is a Proxy that refuses',
      () => new Proxy(query(), { defineProperty: () => false, get: (on, name) => bindTo(on, name) }),
    ],
    [
      'is a Proxy that pretends',
      () => new Proxy(query(), { defineProperty: () => true, get: (on, name) => bindTo(on, name) }),
    ],
  ])('is counted if it %s, and works as before', async (_, make: () => Query) => {
    const before = problemCount('bind:lazy-not-bound')
    expect(await usingSession(A, make)).toBe(rows)
    expect(problemCount('bind:lazy-not-bound')).toBe(before + 1)
    expect(sessionsOf('query')).toEqual([undefined, undefined])
  })
})

type Stub = ((value: number) => Promise<string>) & { [name in 'counter' | 'deep' | 'add']: Stub }

const bindTo = (on: Query, name: PropertyKey) => {
  const value = Reflect.get(on, name)
  return typeof value === 'function' ? value.bind(on) : value
}

describe('bindSession', () => {
  test('binds another query that a method makes', async () => {
    await usingSession(B, async () => await bindSession(query(), A).limit().limit())
    expect(sessionsOf('query')).toEqual([A, A])
  })

  test('reaches a frozen query by a view', async () => {
    const before = problemCount('bind:rejected') + problemCount('bind:lazy-not-bound')
    const view = bindSession(Object.freeze(query()) as Query, A)
    expect(view).toBeInstanceOf(Query)
    await usingSession(B, async () => {
      expect(await view).toBe(rows)
      work('after')
    })
    expect([sessionsOf('query'), sessionsOf('after')]).toEqual([[A, A], [B]])
    expect(problemCount('bind:rejected') + problemCount('bind:lazy-not-bound')).toBe(before)
  })

  test('is not hindered by a property that hides a method of the query’s class', async () => {
    const before = problemCount('bind:rejected')
    const hiding: object = { limit: undefined, where: 5 }
    const made = Object.assign(query(), hiding)
    expect(Object.is(bindSession(made, A), made)).toBe(true)
    await made
    expect({ ...made }).toEqual(hiding)
    expect([sessionsOf('query'), problemCount('bind:rejected')]).toEqual([[A, A], before])
  })

  test('takes precedence over the scope that has returned the query', async () => {
    await bindSession(usingSession(A, query), B)
    expect(sessionsOf('query')).toEqual([B, B])
  })

  test('without a session binds a query to the active context', async () => {
    const made = usingSession(A, () => [bindSession(query())] as const)[0]
    await made
    expect(sessionsOf('query')).toEqual([A, A])
    expect(context.active()).toBeDefined()
  })
})
