import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { A, B, distinctSessionsOf, problemCount, sessionsOf, useTelemetry, work } from './support.ts'
import { words, wordsInTime } from './table/bodies.ts'
import { byForAwait, byForOf } from './table/consumers.ts'

useTelemetry()

/** Like the results of SDKs' streaming calls. */
class Answer {
  static made = 0
  readonly #make = wordsInTime
  readonly #stream = wordsInTime()
  readonly #text = Promise.resolve('hello')
  #title = 'first'
  readonly options = { model: 'local' }

  get stream() {
    work('getter')
    return this.#stream
  }
  get fresh() {
    return this.#make()
  }
  get text() {
    return this.#text
  }
  get title() {
    return this.#title
  }
  set title(title: string) {
    work('setter')
    this.#title = title
  }
  get broken(): never {
    throw new Error('not yet')
  }
  later = async () => this.#make()
  self(): this {
    work('method')
    return this
  }
}

describe('the view of an object that bindSession returns', () => {
  test('has the object’s class and type, and shows its keys and values', () => {
    const answer = new Answer()
    const view = bindSession(answer, A)
    expectTypeOf(view).toEqualTypeOf<Answer>()
    expect(view).toBeInstanceOf(Answer)
    expect(view.constructor).toBe(Answer)
    expect(Object.keys(view)).toEqual(Object.keys(answer))
    expect('text' in view).toBe(true)
    expect(view.options).toBe(answer.options)
  })

  test('runs getters, setters and methods in the session, on the object itself', () => {
    const answer = new Answer()
    const view = bindSession(answer, A)
    usingSession(B, () => {
      view.title = 'second'
      void view.stream
      expect(view.self()).toBe(view)
    })
    expect(answer.title).toBe('second')
    expect(['getter', 'setter', 'method'].map((name) => sessionsOf(name))).toEqual([[A], [A], [A]])
  })

  test('returns the same view for the same value, as the object does', () => {
    const view = bindSession(new Answer(), A)
    expect(view.stream).toBe(view.stream)
    expect(view.text).toBe(view.text)
    expect(view.self).toBe(view.self)
    expect(view.fresh).not.toBe(view.fresh)
  })

  test('returns streams in the session, and leaves their consumer in its own context', async () => {
    const view = bindSession(new Answer(), A)
    await usingSession(B, async () => {
      for await (const _ of view.stream) work('loop')
      await byForAwait(await view.later(), () => 'go on')
    })
    expect(distinctSessionsOf('body')).toEqual([A])
    expect(distinctSessionsOf('loop')).toEqual([B])
  })

  test('returns native Promises, with their values and errors', async () => {
    const failure = new Error('model is down')
    const view = bindSession({ text: Promise.resolve('hello'), ask: () => Promise.reject(failure) }, A)
    expect(Object.getPrototypeOf(view.text)).toBe(Promise.prototype)
    expect(await view.text).toBe('hello')
    await expect(view.ask()).rejects.toBe(failure)
  })

  test('throws what the object throws', () => {
    expect(() => bindSession(new Answer(), A).broken).toThrow('not yet')
  })

  test('reads nothing in advance: binding runs no getter', () => {
    bindSession(new Answer(), A)
    expect(sessionsOf('getter')).toEqual([])
  })

  test('can be destructured and spread', async () => {
    const held = { answer: wordsInTime(), id: 7 }
    const { answer, id } = bindSession(held, A)
    const copy = { ...bindSession({ answer: wordsInTime() }, A) }
    await byForAwait(answer, () => 'go on')
    await byForAwait(copy.answer, () => 'go on')
    expect(id).toBe(7)
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('calls a method with the this that it is called with', () => {
    const view = bindSession(
      {
        who: function (this: unknown) {
          return this
        },
      },
      A,
    )
    const other = {}
    expect(view.who.call(other as never)).toBe(other)
    expect(view.who()).toBe(view)
  })

  test('is bound again, to the same object, if it is passed to bindSession again', () => {
    const view = bindSession(bindSession(new Answer(), A), B)
    view.self()
    expect(sessionsOf('method')).toEqual([B])
  })

  test('keeps the session in which a returned stream was created', async () => {
    const held = { answer: usingSession(A, wordsInTime) }
    await byForAwait(bindSession(held, B).answer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('produces the items of an iterable in the session', () => {
    byForOf(bindSession({ [Symbol.iterator]: words }, A), () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('still works when the object is frozen afterwards', () => {
    const held = { ask: () => work('method'), text: Promise.resolve('hello'), id: 7 }
    const view = bindSession(held, A)
    Object.freeze(held)
    expect([view.id, view.text, Object.isFrozen(view)]).toEqual([7, held.text, true])
    view.ask()
    expect(sessionsOf('method')).toHaveLength(1)
  })
})

describe('a stream in a fixed property', () => {
  test('is bound, because it stays the same object', async () => {
    const view = bindSession(Object.freeze({ answer: wordsInTime() }), A)
    await byForAwait(view.answer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})

describe('bindSession returns unchanged, and counts,', () => {
  test('a frozen object with a method, which a Proxy must not replace', () => {
    const held = Object.freeze({ ask: () => work('method') })
    const before = problemCount('bind:rejected')
    expect(bindSession(held, A)).toBe(held)
    expect(problemCount('bind:rejected')).toBe(before + 1)
  })

  test.each([
    ['a Map', () => new Map([[1, wordsInTime()]])],
    ['a Date', () => new Date()],
    ['an error', () => new Error('no')],
    ['a URL', () => new URL('http://model')],
    ['a WritableStream, which could not be piped to as a view', () => new WritableStream()],
    ['a typed array', () => new Uint8Array(2)],
    ['an instance of a subclass of these', () => new (class Cache extends Map {})()],
    ['plain data', () => ({ id: 7, name: 'local' })],
    ['an array without streams', () => [1, 'two', {}]],
    ['an object without anything', () => Object.create(null)],
  ])('%s', (_, make: () => object) => {
    const target = make()
    const before = problemCount('bind:unknown-target')
    expect(bindSession(target, A)).toBe(target)
    expect(problemCount('bind:unknown-target')).toBe(before + 1)
  })
})

describe('an array that bindSession binds', () => {
  test('is the same array, with its streams bound', async () => {
    const made = [wordsInTime(), 'two', words()] as const
    const bound = bindSession(made, A)
    expect(bound).toBe(made)
    await byForAwait(bound[0], () => 'go on')
    byForOf(bound[2], () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})

describe('a callback that another scope passes to a bound object', () => {
  class Queue {
    readonly #heard = new Set<() => void>()
    each(fn: () => void): void {
      fn()
    }
    listen(fn: () => void): void {
      this.#heard.add(fn)
    }
    unlisten(fn: () => void): boolean {
      return this.#heard.delete(fn)
    }
    consume(_: string, { onMessage }: { onMessage: () => void }): void {
      onMessage()
    }
    receive(): void {
      for (const fn of this.#heard) fn()
    }
  }
  const callback = () => void work('callback')

  test('runs in that scope, whatever the method is called', () => {
    const queue = bindSession(new Queue(), A)
    usingSession(B, () => {
      queue.each(callback)
      queue.listen(callback)
      queue.consume('orders', { onMessage: callback })
    })
    queue.receive()
    expect(sessionsOf('callback')).toEqual([B, B, B])
    expect(usingSession(null, () => queue.unlisten(callback))).toBe(true)
    queue.each(callback)
    expect(sessionsOf('callback')).toEqual([B, B, B, A])
  })

  test('runs in that scope if the object is a query', () => {
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      then() {},
      asCallback: (fn: () => void) => fn(),
    }
    bindSession(query, A)
    usingSession(B, () => query.asCallback(callback))
    query.asCallback(callback)
    expect(sessionsOf('callback')).toEqual([B, A])
  })
})
