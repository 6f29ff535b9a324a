// A callback that is passed to a bound object runs in the scope of the one who passes it, else in the object's session.

import { context } from '@opentelemetry/api'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, sessionsOf, useTelemetry, work } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

type Fn = (...args: never[]) => unknown

const callback = () => work('callback')

/** Keeps what it is given, and calls it when it is told to. */
class Keeper {
  readonly kept: Fn[] = []
  readonly #classes: unknown[] = []
  consume(_queue: string, fn: Fn): this {
    this.kept.push(fn)
    return this
  }
  listen(fn: Fn): () => void {
    this.kept.push(fn)
    return () => this.unlisten(fn)
  }
  unlisten(fn: Fn): boolean {
    const index = this.kept.indexOf(fn)
    if (index >= 0) this.kept.splice(index, 1)
    return index >= 0
  }
  hasListener(fn: Fn): boolean {
    return this.kept.includes(fn)
  }
  last(): Fn | undefined {
    return this.kept.at(-1)
  }
  use(fns: Fn[]): void {
    this.kept.push(...fns)
  }
  handlers(byName: Record<string, Fn>): void {
    for (const [name, one] of Object.entries(byName))
      if (typeof one === 'function') this.kept.push((...args) => byName[name]?.(...args))
  }
  each(fn: Fn): void {
    work('method')
    ;(fn as () => void)()
  }
  addClass(one: unknown): boolean {
    this.#classes.push(one)
    return one === Keeper
  }
  sorted(by: (a: number, b: number) => number): number[] {
    return [3, 1, 2].sort(by)
  }
  fire(): unknown {
    return this.kept.map((fn) => (fn as () => unknown)()).at(-1)
  }
}

const passes: [string, (keeper: Keeper) => void][] = [
  ['among the arguments', (keeper) => keeper.consume('queue', callback)],
  ['alone', (keeper) => keeper.listen(callback)],
  ['in an array', (keeper) => keeper.use([callback])],
  ['in an object', (keeper) => keeper.handlers({ message: callback })],
]

describe.each(passes)('a callback that a view is given %s', (_, pass) => {
  test('runs in the scope of another user who passes it', () => {
    const keeper = new Keeper()
    const view = bindSession(keeper, A)
    usingSession(B, () => pass(view))
    keeper.fire()
    view.fire()
    expect(sessionsOf('callback')).toEqual([B, B])
  })

  test('runs in the session of the object if it is passed in no other scope, wherever it is called', () => {
    const keeper = new Keeper()
    pass(bindSession(keeper, A))
    keeper.fire()
    usingSession(B, () => keeper.fire())
    expect(sessionsOf('callback')).toEqual([A, A])
  })

  test('runs in the session if it is passed where the object was bound', () => {
    const keeper = new Keeper()
    usingSession(B, () => pass(bindSession(keeper, A)))
    keeper.fire()
    expect(sessionsOf('callback')).toEqual([A])
  })
})

describe('a view that is given a callback', () => {
  test('calls it at once in the scope of the caller, and runs itself in the session', () => {
    const view = bindSession(new Keeper(), A)
    usingSession(B, () => view.each(callback))
    expect([sessionsOf('method'), sessionsOf('callback')]).toEqual([[A], [B]])
  })

  test('removes and finds it by the function that was passed, also from another scope', () => {
    const keeper = new Keeper()
    const view = bindSession(keeper, A)
    usingSession(B, () => view.listen(callback))
    expect(view.hasListener(callback)).toBe(true)
    expect(view.last()).toBe(callback)
    expect(view.unlisten(callback)).toBe(true)
    expect(view.hasListener(callback)).toBe(false)
    expect(keeper.kept).toEqual([])
  })

  test('removes a callback that was passed before the object was bound', () => {
    const keeper = new Keeper()
    keeper.listen(callback)
    expect(bindSession(keeper, A).unlisten(callback)).toBe(true)
  })

  test('keeps one function apart that several users pass', () => {
    const keeper = new Keeper()
    const view = bindSession(keeper, A)
    view.listen(callback)
    usingSession(B, () => view.listen(callback))
    usingSession('another_user', () => view.listen(callback))
    usingSession(B, () => view.unlisten(callback))
    keeper.fire()
    expect(sessionsOf('callback')).toEqual([A, 'another_user'])
  })

  test('keeps everything about it: this, arguments, properties and result', () => {
    const keeper = new Keeper()
    const handle = Object.assign(
      function (this: unknown, ...args: unknown[]) {
        return [this, ...args]
      },
      { priority: 3 },
    )
    bindSession(keeper, A).listen(handle)
    const kept = keeper.kept[0] as typeof handle
    expect(kept.call(keeper, 1, 2)).toEqual([keeper, 1, 2])
    expect([kept.priority, kept.name, kept.length]).toEqual([3, handle.name, handle.length])
  })

  test('changes the object of callbacks that was passed, and no copy of it', () => {
    const counter = {
      count: 0,
      up() {
        this.count++
      },
    }
    const keeper = new Keeper()
    bindSession(keeper, A).handlers(counter as never)
    keeper.fire()
    expect(counter.count).toBe(1)
  })

  test('takes frozen objects of callbacks, classes and comparators as before', () => {
    const view = bindSession(new Keeper(), A)
    view.handlers(Object.freeze({ message: callback }))
    view.fire()
    expect(view.addClass(Keeper)).toBe(true)
    expect(usingSession(B, () => view.sorted((a, b) => a - b))).toEqual([1, 2, 3])
    expect(sessionsOf('callback')).toEqual([A])
  })

  test('binds the stream that it returns', async () => {
    const keeper = new Keeper()
    bindSession(keeper, A).listen(wordsInTime)
    await byForAwait(keeper.fire() as AsyncIterable<unknown>, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('calls it below the span that the method has active', () => {
    const view = bindSession({ run: (fn: Fn) => (fn as () => unknown)() }, A)
    const key = Symbol('key')
    const inMethod = { run: (fn: () => unknown) => context.with(context.active().setValue(key, 1), fn) }
    expect(bindSession(inMethod, A).run(() => context.active().getValue(key))).toBe(1)
    expect(view.run(() => 'result')).toBe('result')
  })
})

describe('a callback that another user passes to a bound thenable', () => {
  test.each(['asCallback', 'stream', 'remove'])('runs in that user’s scope: %s', (name) => {
    const kept: Fn[] = []
    const query = bindSession({ [name]: (fn: Fn) => kept.push(fn), ['then' as string]: (): void => {} }, A)
    const give = query[name] as (fn: Fn) => unknown
    usingSession(B, () => give(callback))
    kept.map((fn) => (fn as () => void)())
    expect(sessionsOf('callback')).toEqual([B])
  })
})

describe('a listener of an emitter that another user passes to another of its methods', () => {
  test.each([
    ['in place', { emit: (): void => {} }],
    ['through a view', {}],
  ])('runs in that user’s scope: %s', (_, more) => {
    const kept: Fn[] = []
    const bus = { ...more, on: (_: string, fn: Fn) => kept.push(fn), consume: (fn: Fn) => kept.push(fn) }
    const bound = bindSession(bus, A)
    bound.on('message', callback)
    usingSession(B, () => {
      bound.consume(callback)
      for (const fn of kept) (fn as () => void)()
    })
    expect(sessionsOf('callback')).toEqual([A, B])
  })
})

describe('an emitter', () => {
  test('runs an array of listeners in the session', () => {
    const kept: Fn[] = []
    const bus = { on() {}, emit() {}, use: (fns: Fn[]) => kept.push(...fns) }
    bindSession(bus, A).use([callback, callback])
    for (const fn of kept) (fn as () => void)()
    expect(sessionsOf('callback')).toEqual([A, A])
  })

  test('may be a function', () => {
    const kept: Fn[] = []
    const app = Object.assign(() => 'called', {
      on: (_: string, fn: Fn) => kept.push(fn),
      use: (fn: Fn) => kept.push(fn),
    })
    const bound = bindSession(app, A)
    expect(bound()).toBe('called')
    bound.on('mount', callback)
    usingSession(B, () => bound.use(callback))
    for (const fn of kept) (fn as () => void)()
    expect(sessionsOf('callback')).toEqual([A, B])
  })
})
