// Observables start in `subscribe`. RxJS itself is tried in test/field; these have its protocol and zen-observable's.

import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, problemCount, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

interface Observer<T> {
  start?(subscription: unknown): void
  next?(value: T): void
  error?(error: unknown): void
  complete?(): void
}

/** As RxJS has it: operators pass it on to the source, which asks it whether it is closed. */
class Subscriber<T> implements Observer<T> {
  readonly #to: Observer<T>
  readonly #teardowns: (() => void)[] = []
  closed = false
  constructor(to: Observer<T>) {
    this.#to = to
  }
  next(value: T): void {
    if (!this.closed) this.#to.next?.(value)
  }
  error(error: unknown): void {
    this.#to.error?.(error)
    this.unsubscribe()
  }
  complete(): void {
    this.#to.complete?.()
    this.unsubscribe()
  }
  add(teardown: () => void): void {
    this.#teardowns.push(teardown)
  }
  unsubscribe(): void {
    this.closed = true
    for (const teardown of this.#teardowns.splice(0)) teardown()
  }
}

class Observable<T> {
  readonly #source: (subscriber: Subscriber<T>) => void
  constructor(source: (subscriber: Subscriber<T>) => void) {
    this.#source = source
  }
  ['@@observable'](): this {
    return this
  }
  subscribe(to: Observer<T> | ((value: T) => void)): Subscriber<T> {
    const subscriber =
      to instanceof Subscriber ? to : new Subscriber(typeof to === 'function' ? { next: to } : to)
    this.#source(subscriber)
    return subscriber
  }
  map<R>(project: (value: T) => R): Observable<R> {
    return new Observable((outer) => {
      const inner = new Subscriber<T>({
        next: (value) => outer.next(project(value)),
        error: (error) => outer.error(error),
        complete: () => outer.complete(),
      })
      outer.add(() => inner.unsubscribe())
      this.subscribe(inner)
    })
  }
}

const asked = () =>
  new Observable<number>((subscriber) => {
    work('body')
    subscriber.add(() => work('cleanup'))
    void (async () => {
      for (let value = 0; value < 3 && !subscriber.closed; value++) {
        await Promise.resolve()
        work('body')
        subscriber.next(value)
      }
      if (!subscriber.closed) subscriber.complete()
    })()
  })

const endless = () =>
  new Observable<number>((subscriber) => {
    subscriber.add(() => work('cleanup'))
    for (let value = 0; !subscriber.closed; value++) subscriber.next(value)
  })

/** All values; the consumer's work is a span of its own. */
const collect = <T>(from: Pick<Observable<T>, 'subscribe'>) =>
  new Promise<T[]>((complete, error) => {
    const values: T[] = []
    from.subscribe({
      next: (value) => {
        work('consumer')
        values.push(value)
      },
      error,
      complete: () => complete(values),
    })
  })

const distinct = (name: string) => [...new Set(sessionsOf(name))]

describe.each([
  ['usingSession returns', <T extends object>(make: () => T) => usingSession(A, make)],
  [
    'the Promise of an async fn resolves to',
    <T extends object>(make: () => T) => usingSession(A, async () => make()),
  ],
  ['bindSession binds', <T extends object>(make: () => T) => bindSession(make(), A)],
])('an Observable that %s', (_, bound) => {
  test('is the same object of the same class, and not started', async () => {
    const made = asked()
    expect(await bound(() => made)).toBe(made)
    expect([Object.getPrototypeOf(made), Object.keys(made)]).toEqual([Observable.prototype, []])
    expect(sessionsOf('body')).toEqual([])
  })

  test('has its source in the session, and its subscriber in its own context', async () => {
    const made = await bound(asked)
    expect(await usingSession(B, () => collect(made))).toEqual([0, 1, 2])
    expect([distinct('body'), distinct('consumer'), distinct('cleanup')]).toEqual([[A], [B], [A]])
  })

  test('has its source in the session if it is subscribed to outside', async () => {
    expect(await collect(await bound(asked))).toEqual([0, 1, 2])
    expect([distinct('body'), distinct('consumer')]).toEqual([[A], [undefined]])
  })

  test('has its source in the session if operators are applied later, and these run where they are subscribed to', async () => {
    const made = await bound(asked)
    const doubled = made.map((value) => {
      work('operator')
      return 2 * value
    })
    expect(await usingSession(B, () => collect(doubled))).toEqual([0, 2, 4])
    expect([distinct('body'), distinct('operator'), distinct('consumer')]).toEqual([[A], [B], [B]])
  })

  test('can be left by the consumer, and cleans up in the session', async () => {
    const made = await bound(asked)
    usingSession(B, () => made.subscribe(() => {}).unsubscribe())
    expect(distinct('cleanup')).toEqual([A])
  })

  test('sees that a synchronous consumer has left', async () => {
    const made = await bound(endless)
    const values: number[] = []
    const limited: Subscriber<number> = new Subscriber({
      next: (value) => {
        values.push(value)
        if (value === 2) limited.unsubscribe()
      },
    })
    made.subscribe(limited)
    expect(values).toEqual([0, 1, 2])
  })

  test('passes on its error', async () => {
    const failure = new Error('model is down')
    const made = await bound(() => new Observable((subscriber) => subscriber.error(failure)))
    await expect(collect(made)).rejects.toBe(failure)
  })
})

describe('what has `subscribe`', () => {
  test('is an Observable by Symbol.observable, with positional callbacks and `start`', () => {
    const symbol = Symbol('observable')
    Object.assign(Symbol, { observable: symbol })
    const made = {
      [symbol]: () => made,
      subscribe(to: unknown, _?: unknown, done?: () => void) {
        work('body')
        const observer = typeof to === 'function' ? { complete: done } : (to as Observer<never>)
        ;(observer as Observer<never>).start?.({})
        observer.complete?.()
        return { unsubscribe: () => work('cleanup') }
      },
    }
    const bound = usingSession(A, () => made)
    const observer: Observer<never> = { start: () => work('start'), complete: () => work('done') }
    usingSession(B, () => bound.subscribe(observer).unsubscribe())
    bound.subscribe(
      () => {},
      undefined,
      () => work('done'),
    )
    expect([sessionsOf('body'), sessionsOf('cleanup')]).toEqual([[A, A], [A]])
    expect([sessionsOf('start'), sessionsOf('done')]).toEqual([[B], [B, undefined]])
    Reflect.deleteProperty(Symbol, 'observable')
  })

  test('is left alone if it is a Subject: subscribing to it starts nothing', () => {
    const subject = Object.assign(asked(), { next: () => {} })
    usingSession(A, () => subject)
    expect(Object.keys(subject)).toEqual(['next'])
    expect(Object.getOwnPropertyNames(subject)).toEqual(['next'])
  })

  test('is left alone if it is a client that subscribes to topics', () => {
    const client = { subscribe: (topic: string) => topic, publish: () => {} }
    const { subscribe } = client
    expect(usingSession(A, () => client).subscribe).toBe(subscribe)
  })

  const pushing = (to: unknown) => {
    work('body')
    if (typeof to === 'function') to(1)
    else (to as Observer<number>).next?.(1)
  }

  test.each<[what: string, make: () => { subscribe(to: unknown): unknown }]>([
    ['a plain object', () => ({ subscribe: pushing })],
    [
      'an instance with operators',
      () =>
        new (class {
          subscribe = pushing
          map() {}
          forEach() {}
        })(),
    ],
    ['a function', () => Object.assign(() => {}, { subscribe: pushing })],
    ['an object that inherits it', () => Object.create({ subscribe: pushing })],
  ])('is an Observable without any other sign: %s', (_, make) => {
    const made = make()
    expect(
      Object.is(
        usingSession(A, () => made),
        made,
      ),
    ).toBe(true)
    made.subscribe({ next: () => work('consumer') })
    usingSession(B, () => bindSession(make(), A).subscribe(() => work('consumer')))
    expect([sessionsOf('body'), sessionsOf('consumer')]).toEqual([
      [A, A],
      [undefined, B],
    ])
  })

  class Emitter {
    on() {}
  }
  test.each<[what: string, store: { subscribe: unknown }]>([
    ['a store with getState', { getState() {}, subscribe() {} } as never],
    ['a store with getSnapshot', { getSnapshot() {}, subscribe() {} } as never],
    ['a store of Redux', { dispatch() {}, subscribe() {}, '@@observable'() {} } as never],
    [
      'a signal',
      {
        get value() {
          return 1
        },
        subscribe() {},
      } as never,
    ],
    ['a writable store', { update() {}, subscribe() {} } as never],
    ['a client that unsubscribes', { subscribe() {}, unsubscribe() {} } as never],
    [
      'a subclass of an emitter',
      new (class Client extends class extends Emitter {} {
        subscribe() {}
      })(),
    ],
    ['a store that is a function', Object.assign(() => {}, { setState() {}, subscribe() {} })],
  ])('is left alone if it sends by itself: %s', (_, store) => {
    const { subscribe } = store
    const before = problemCount('bind:lazy-not-bound')
    expect(usingSession(A, () => store).subscribe).toBe(subscribe)
    expect(problemCount('bind:lazy-not-bound')).toBe(before)
  })

  test('has its source in the session if `connect` starts it, as in RxJS', () => {
    const subscribers: (() => void)[] = []
    const made = {
      pipe() {},
      subscribe: (next: () => void) => void subscribers.push(next),
      connect() {
        work('body')
        for (const next of subscribers) next()
        return { unsubscribe: () => work('cleanup') }
      },
    }
    usingSession(A, () => made)
    usingSession(B, () => {
      made.subscribe(() => work('consumer'))
      made.connect().unsubscribe()
    })
    expect([distinct('body'), distinct('consumer'), distinct('cleanup')]).toEqual([[A], [B], [A]])
  })

  /** As in xstream and Kefir: a listener is removed by the same object, or function. */
  const ofOthers = () => {
    const listeners = new Set<unknown>()
    const add = (listener: unknown) => {
      work('body')
      listeners.add(listener)
      pushing(listener)
    }
    const remove = (listener: unknown) => {
      if (listeners.delete(listener)) work('cleanup')
    }
    return {
      '@@observable': () => ({ subscribe: add }),
      addListener: add,
      removeListener: remove,
      onValue: add,
      offValue: remove,
      observe(listener: unknown) {
        add(listener)
        return { unsubscribe: () => remove(listener) }
      },
    }
  }

  test('is counted if a library starts it by other methods, which usingSession does not bind', () => {
    const before = problemCount('bind:lazy-not-bound')
    const made = ofOthers()
    const { addListener } = made
    expect(usingSession(A, () => made).addListener).toBe(addListener)
    expect(problemCount('bind:lazy-not-bound')).toBe(before + 1)
  })

  test('has its source in the session by bindSession, if a library starts it by other methods', () => {
    const made = bindSession(ofOthers(), A)
    usingSession(B, () => {
      const listener = { next: () => work('consumer') }
      made.addListener(listener)
      made.removeListener(listener)
      const heard = () => work('consumer')
      made.onValue(heard)
      made.offValue(heard)
      made.observe(() => work('consumer')).unsubscribe()
    })
    expect([distinct('body'), distinct('consumer'), distinct('cleanup')]).toEqual([[A], [B], [A]])
    expect(sessionsOf('cleanup')).toHaveLength(3)
  })

  test('gets the whole observer, and every other argument as it is', () => {
    class Mine {
      readonly #tag = 'mine'
      onSubscribe = () => work('callback')
      next() {
        work('callback')
        return this.#tag
      }
    }
    const seen: unknown[] = []
    const made = {
      pipe() {},
      subscribe(observer: Mine, options: unknown, rest: unknown) {
        observer.onSubscribe()
        seen.push(observer.next(), observer instanceof Mine, Object.keys(observer), options, rest)
      },
    }
    const options = { signal: 'signal' }
    const rest = { next() {} }
    for (const mine of [new Mine(), new Mine()]) {
      if (seen.length > 0) Object.freeze(mine)
      seen.length = 0
      usingSession(B, () => bindSession(made, A).subscribe(mine, options, rest))
      expect(seen.slice(0, 2)).toEqual(['mine', true])
      expect([seen[3] === options, seen[4] === rest]).toEqual([true, true])
    }
    expect(distinct('callback')).toEqual([B])
  })

  test.each([
    ['a function', () => () => work('cleanup'), (left: never) => (left as () => void)()],
    ['cancel', () => ({ cancel: () => work('cleanup') }), (left: { cancel(): void }) => left.cancel()],
    ['dispose', () => ({ dispose: () => work('cleanup') }), (left: { dispose(): void }) => left.dispose()],
  ])('cleans up in the session if it is left by %s', (_, subscribe, leave) => {
    const made = { pipe() {}, subscribe }
    leave(usingSession(A, () => made).subscribe() as never)
    expect(sessionsOf('cleanup')).toEqual([A])
  })

  test('is an Observable for bindSession without any other sign', () => {
    const made = {
      subscribe(next: (value: number) => void) {
        work('body')
        next(1)
        return () => work('cleanup')
      },
    }
    expect(bindSession(made, A)).toBe(made)
    made.subscribe(() => work('consumer'))()
    expect([sessionsOf('body'), sessionsOf('consumer'), sessionsOf('cleanup')]).toEqual([
      [A],
      [undefined],
      [A],
    ])
  })

  test('is counted if it is frozen, and bindSession makes a view of it', async () => {
    const before = problemCount('bind:lazy-not-bound')
    const frozen = Object.freeze(asked())
    expect(usingSession(A, () => frozen)).toBe(frozen)
    expect(problemCount('bind:lazy-not-bound')).toBe(before + 1)
    const view = bindSession(frozen, A)
    await usingSession(B, () => collect(view))
    expect([distinct('body'), distinct('consumer')]).toEqual([[A], [B]])
  })
})
