// Whatever the method of an emitter is called, and however a listener is passed. Libraries are tried in test/field.

import { EventEmitter } from 'node:events'
import { bindSession, getSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, problemCount, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

type Fn = (...args: never[]) => unknown
type Call = (...args: unknown[]) => unknown

const listener = () => work('listener')

const isFunction = (value: unknown): value is () => unknown => typeof value === 'function'

/** Keeps the functions that any of its methods is given, wherever they are in its arguments. */
class Keeper extends EventEmitter {
  kept: (() => unknown)[] = []
  keep(...args: unknown[]): void {
    for (const arg of args)
      if (isFunction(arg)) this.kept.push(arg)
      else if (Array.isArray(arg)) this.keep(...arg)
      else if (typeof arg === 'object' && arg !== null) {
        const named = arg as Record<string, unknown>
        for (const name of new Set([...Object.keys(named), 'handle', 'handler', 'handleEvent', 'execute']))
          if (isFunction(named[name])) this.kept.push(() => (named[name] as () => unknown)())
          else if (Object.hasOwn(named, name)) this.keep(named[name])
      }
  }
  forget(fn: unknown): boolean {
    const { length } = this.kept
    this.kept = this.kept.filter((one) => one !== fn)
    return this.kept.length < length
  }
  fire(): void {
    for (const fn of [...this.kept]) fn()
  }
}

function make<T extends string>(...names: T[]): Keeper & Record<T, Call> {
  const keeper = new Keeper()
  for (const name of names)
    Object.defineProperty(keeper, name, {
      value(this: Keeper, ...args: unknown[]) {
        this.keep(...args)
        return this
      },
      configurable: true,
      writable: true,
    })
  return keeper as never
}

const NAMES =
  'many waitFor consume process hook tap tapAsync tapPromise bind attach connect listen hears command action ' +
  'message event tool resource prompt registerTool setRequestHandler setListener intercept receive before after ' +
  'plugin psubscribe middleware onAny prependAny onAnyOutgoing use of get post all route catch beforeEach somethingNew'

describe.each(NAMES.split(' '))('an emitter with %s', (name) => {
  test('runs what it was given in the session, and in the scope of another user who gives it', () => {
    const emitter = bindSession(make(name), A)
    emitter[name]?.('name', listener)
    usingSession(B, () => emitter[name]?.('name', listener))
    emitter.fire()
    usingSession('another_user', () => emitter.fire())
    expect(sessionsOf('listener')).toEqual([A, B, A, B])
  })
})

class Handler {
  readonly #name = 'handler'
  handle() {
    work('listener')
    return this.#name
  }
}

const ways: [string, () => unknown[]][] = [
  ['as the third argument', () => ['name', { limit: 3 }, listener]],
  ['alone', () => [listener]],
  ['in an array', () => [[listener]]],
  ['in an array that is not the first', () => ['name', [listener]]],
  ['in an array of arrays', () => ['name', [[listener]]]],
  ['in a map by event', () => [{ first: listener }]],
  ['in a map without a prototype', () => [Object.assign(Object.create(null), { first: listener })]],
  [
    'in a map after a definition',
    () => [{ first: { path: '/first', parse: () => {} } }, { first: listener }],
  ],
  ['in a map of arrays', () => [{ first: [listener] }]],
  ['in a map of maps', () => [{ group: { first: listener } }]],
  ['in a frozen map', () => [Object.freeze({ first: listener })]],
  ['in a frozen array', () => [Object.freeze([listener])]],
  ['in a map before an object', () => [{ first: listener }, { limit: 3 }]],
  ['as the handler of an object', () => [{ name: 'first', handler: listener }]],
  ['as the callback of an object', () => ['name', { callback: listener }]],
  ['as an object of a class with handle', () => ['name', new Handler()]],
  ['as an object with handleEvent', () => ['name', { handleEvent: listener }]],
  ['as an object with execute', () => [{ execute: listener }]],
]

describe.each(ways)('a listener that is passed %s', (_, args) => {
  test.each(['on', 'hook'])('to %s runs in the session, and in the scope of another user', (name) => {
    const emitter = bindSession(make(name), A)
    emitter[name]?.(...args())
    usingSession(B, () => emitter[name]?.(...args()))
    emitter.fire()
    expect(sessionsOf('listener')).toEqual([A, B])
  })
})

describe('what an emitter gets', () => {
  const given = (...args: unknown[]): unknown[] => {
    const seen: unknown[] = []
    const emitter = { on() {}, emit() {}, hook: (...all: unknown[]) => void seen.push(...all) }
    bindSession(emitter, A).hook(...args)
    return seen
  }

  test('is data as it was passed, and what names an event', () => {
    const named = { type: 'created', matches: () => true }
    const data = { text: 'hello', parts: [1, { two: 2 }] }
    const args = [named, listener, data, new EventEmitter(), class Plugin {}, [1, 2]]
    const seen = given(...args)
    expect(args.map((arg, index) => arg === seen[index])).toEqual([true, false, true, true, true, true])
  })

  test('is the function that names an event: an action creator, or a class that is a plain function', () => {
    function Created() {}
    Created.prototype.read = () => {}
    const created = Object.assign(() => ({ type: 'created' }), { type: 'created' })
    for (const event of [Created, created]) {
      const [first, second] = given(event, listener)
      expect([first === event, second === listener]).toEqual([true, false])
    }
    const alone = Object.assign(listener.bind(null), { type: 'created' })
    expect(given(alone)[0]).not.toBe(alone)
  })

  test('is an object with its properties and its own state', () => {
    class Counter {
      #count = 0
      priority = 3
      handle() {
        return ++this.#count
      }
      count() {
        return this.#count
      }
    }
    const counter = new Counter()
    const [seen] = given('name', counter).slice(1) as [Counter]
    expect([seen.handle(), seen.count(), counter.count(), seen.priority]).toEqual([1, 1, 1, 3])
    expect(seen).toBeInstanceOf(Counter)
  })

  test('is a function that shows its source, because a browser may run it', () => {
    const [seen] = given(listener)
    expect(String(seen)).toBe(String(listener))
  })

  test('is what must not be looked at, as it was passed', () => {
    const untouchable = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('hands off')
        },
      },
    )
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const withdrawn = Proxy.revocable(() => {}, {})
    withdrawn.revoke()
    const args = [untouchable, proxy, withdrawn.proxy, listener]
    const same = given(...args).map((one, index) => Object.is(one, args[index]))
    expect(same).toEqual([true, true, true, false])
    const bus = bindSession(new EventEmitter(), A)
    expect(() => bus.on('x', listener).off('x', proxy as never)).toThrow(TypeError)
  })

  test('is an object whose setters reach its private state', () => {
    class Handler {
      #name = ''
      set name(name: string) {
        this.#name = name
      }
      handle() {
        return this.#name
      }
    }
    const [seen] = given('name', new Handler()).slice(1) as [Handler]
    seen.name = 'first'
    expect(seen.handle()).toBe('first')
  })

  test('is a map that lists its keys, also with what is added later', () => {
    const map: Record<string, Fn> = { first: listener }
    const [seen] = given(map) as [Record<string, () => void>]
    map['second'] = listener
    for (const name of Object.keys(seen)) seen[name]?.()
    expect(sessionsOf('listener')).toEqual([A, A])
  })
})

describe('a function that a method calls at once', () => {
  test('runs in the context of the caller, below its active span', () => {
    const emitter = Object.assign(new EventEmitter(), { each: (fn: () => void) => fn() })
    bindSession(emitter, A)
    emitter.each(() => work('outside'))
    usingSession(B, () => emitter.each(() => work('elsewhere')))
    usingSession(A, () => emitter.each(() => work('inside')))
    expect(['outside', 'elsewhere', 'inside'].map((name) => sessionsOf(name))).toEqual([
      [undefined],
      [B],
      [A],
    ])
  })

  test('runs in the session when it is called again', () => {
    const emitter = make('each')
    emitter.each = (fn) => {
      emitter.keep(fn)
      ;(fn as () => void)()
    }
    bindSession(emitter, A)
    emitter.each(listener)
    emitter.fire()
    expect(sessionsOf('listener')).toEqual([undefined, A])
  })

  test('may throw', () => {
    const emitter = Object.assign(new EventEmitter(), { each: (fn: () => void) => fn() })
    const fail = () => {
      throw new RangeError('no')
    }
    expect(() => bindSession(emitter, A).each(fail)).toThrow(RangeError)
  })
})

describe('a listener is removed', () => {
  test.each(['evict', 'forget', 'off', 'removeHook', 'unhook', 'somethingNew'])('by %s', (name) => {
    const emitter = make('hook') as ReturnType<typeof make<string>>
    emitter[name] = emitter.forget
    bindSession(emitter, A)
    emitter['hook']?.(listener)
    expect(emitter[name]?.(listener)).toBe(true)
    expect(emitter.kept).toEqual([])
  })

  test.each([
    ['its map', { x: listener }, { x: listener }],
    ['its array', [listener], [listener]],
  ])('by %s, or by one that is equal', (_, map, equal) => {
    const emitter = Object.assign(new EventEmitter(), {
      set: new Set<unknown>(),
      hook: (all: object) => Object.values(all).map((fn) => emitter.set.add(fn)),
      removeAll: (all: object) => Object.values(all).map((fn) => emitter.set.delete(fn)),
      evict: (all: object) => Object.values(all).map((fn) => emitter.set.delete(fn)),
      remove: (_: string, fn: unknown) => emitter.set.delete(fn),
    })
    bindSession(emitter, A)
    for (const remove of [
      () => emitter.removeAll(map),
      () => emitter.removeAll(equal),
      () => emitter.evict(map),
      () => emitter.remove('x', listener),
    ]) {
      emitter.hook(map)
      expect(emitter.set.size).toBe(1)
      remove()
      expect(emitter.set.size).toBe(0)
    }
  })

  test.each([
    ['on', 'off'],
    ['hook', 'forget'],
  ])('by %s and %s: each user’s own first', (add, remove) => {
    const emitter = bindSession(make('hook'), A) as unknown as Record<string, Call>
    const args = add === 'on' ? ['x', listener] : [listener]
    for (const session of [A, B, 'another_user']) usingSession(session, () => emitter[add]?.(...args))
    usingSession(B, () => emitter[remove]?.(...args))
    emitter['emit']?.('x')
    emitter['fire']?.()
    expect(sessionsOf('listener')).toEqual([A, 'another_user'])
  })

  test('by the scope around, for each of two users', () => {
    const emitter = make('hook')
    bindSession(emitter, A)
    emitter.hook(listener)
    usingSession(B, () => emitter.hook(listener))
    emitter.forget(listener)
    emitter.forget(listener)
    expect(emitter.kept).toEqual([])
  })
})

describe('an emitter is known', () => {
  test.each(['on', 'onAny', 'hook', 'use'])('by `%s` behind a getter', (name) => {
    const kept: Fn[] = []
    const bus: Record<string, Call> = Object.defineProperty(Object.create({ emit() {} }), name, {
      get: () => (fn: Fn) => kept.push(fn),
      configurable: true,
    })
    bindSession(bus, A)
    bus[name]?.(listener)
    for (const fn of kept) (fn as () => void)()
    expect(sessionsOf('listener')).toEqual([A])
  })

  test.each(['use', 'listen', 'consume', 'observe', 'watch', 'addHandler', 'register', 'onMessage'])(
    'by %s alone, also if what bindSession returns is not used',
    (name) => {
      const kept: Fn[] = []
      const source: Record<string, Call> = Object.create({ [name]: (fn: Fn) => kept.push(fn) })
      bindSession(source, A)
      source[name]?.(listener)
      for (const fn of kept) (fn as () => void)()
      expect(sessionsOf('listener')).toEqual([A])
    },
  )

  test('if it is a function that has only `use`', () => {
    const kept: Fn[] = []
    const router = Object.assign((value: number) => value, { use: (fn: Fn) => kept.push(fn) })
    const bound = bindSession(router, A)
    expect(bound(3)).toBe(3)
    router.use(listener)
    bound.use(listener)
    for (const fn of kept) (fn as () => void)()
    expect(sessionsOf('listener')).toEqual([A, A])
  })

  test('and counted if its methods cannot be replaced', () => {
    const before = problemCount('bind:rejected')
    bindSession(Object.defineProperty({ emit() {} }, 'on', { value() {} }), A)
    expect(problemCount('bind:rejected')).toBe(before + 1)
  })
})

describe('a property of an emitter that takes a handler', () => {
  test.each([
    ['that has none yet', () => ({ onMessage: null })],
    ['that has a default', () => ({ onMessage() {} })],
    ['that is a method of the class', () => Object.create({ onMessage() {} })],
    ['in lower case', () => ({ onmessage: null })],
  ])('runs it in the session: one %s', (_, slots) => {
    const bus = Object.assign(slots(), { on() {}, emit() {} })
    const name = 'onmessage' in bus ? 'onmessage' : 'onMessage'
    bindSession(bus, A)
    bus[name] = listener
    bus[name]()
    usingSession(B, () => {
      bus[name] = listener
    })
    bus[name]()
    expect(sessionsOf('listener')).toEqual([A, B])
  })

  test('is bound through a view', () => {
    const channel: { onmessage: null | (() => void); post(): void } = {
      onmessage: null,
      post() {
        this.onmessage?.()
      },
    }
    const view = bindSession(channel, A)
    view.onmessage = listener
    channel.post()
    usingSession(B, () => {
      view.onmessage = listener
    })
    channel.post()
    expect(sessionsOf('listener')).toEqual([A, B])
  })
})

test('an EventTarget hears an object that gets its handleEvent later', () => {
  const target = bindSession(new EventTarget(), A)
  const object: { handleEvent?: () => void } = {}
  target.addEventListener('x', object as never)
  object.handleEvent = listener
  target.dispatchEvent(new Event('x'))
  target.removeEventListener('x', object as never)
  target.dispatchEvent(new Event('x'))
  expect(sessionsOf('listener')).toEqual([A])
})

test('a listener that a scope with only a user adds has the session of the emitter, and the user', () => {
  const bus = bindSession(new EventEmitter(), A)
  const heard: unknown[] = []
  usingSession({ userId: 'user_1' }, () => bus.on('x', () => heard.push(getSession())))
  bus.emit('x')
  expect(heard).toMatchObject([{ sessionId: A, userId: 'user_1' }])
})
