// Emitters with methods of their own to register a callback. socket.io, ws and MCP themselves are tried in test/field.

import { EventEmitter } from 'node:events'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

type Fn = (...args: never[]) => unknown

const listener = () => work('listener')

/** As socket.io's: Node's emitter, and lists of its own. */
class Socket extends EventEmitter {
  readonly #any: Fn[] = []
  readonly middleware: Fn[] = []
  onAny(fn: Fn): this {
    this.#any.push(fn)
    return this
  }
  prependAny(fn: Fn): this {
    this.#any.unshift(fn)
    return this
  }
  offAny(fn: Fn): this {
    const index = this.#any.indexOf(fn)
    if (index >= 0) this.#any.splice(index, 1)
    return this
  }
  listenersAny(): Fn[] {
    return this.#any
  }
  use(fn: Fn): this {
    this.middleware.push(fn)
    return this
  }
  receive(event: string): void {
    for (const fn of [...this.middleware, ...this.#any]) (fn as () => void)()
    super.emit(event)
  }
}

describe('an emitter with methods of its own that keep a callback', () => {
  test.each(['onAny', 'prependAny', 'use'] as const)('runs what %s was given in the session', (add) => {
    const socket = bindSession(new Socket(), A)
    expect(socket[add](listener)).toBe(socket)
    usingSession(B, () => socket.receive('message'))
    expect(sessionsOf('listener')).toEqual([A])
  })

  test.each(['onAny', 'prependAny'] as const)(
    'removes what %s was given by the function that was given',
    (add) => {
      const socket = bindSession(new Socket(), A)
      socket[add](listener)[add](listener)
      expect(socket.listenersAny()).toHaveLength(2)
      socket.offAny(listener)
      expect(socket.listenersAny()).toHaveLength(1)
      socket.offAny(listener).receive('message')
      expect(sessionsOf('listener')).toEqual([])
    },
  )

  test('passes the arguments of emit on as they are, functions too', () => {
    const socket = bindSession(new Socket(), A)
    const acknowledge = () => {}
    const heard: unknown[] = []
    socket.on('message', (...args) => heard.push(...args))
    socket.emit('message', acknowledge)
    expect(heard).toEqual([acknowledge])
    expect(heard[0]).toBe(acknowledge)
  })

  test('keeps the number of arguments that a handler takes, and does not wrap a class', () => {
    class Plugin {}
    const socket = bindSession(new Socket(), A)
    socket.use((_socket: never, _next: never) => {}).use(Plugin as never)
    expect(socket.middleware.map((fn) => fn.length)).toEqual([2, 0])
    expect(socket.middleware[1]).toBe(Plugin)
  })

  test('runs a callback that another scope adds in that scope', () => {
    const socket = usingSession(A, () => [bindSession(new Socket())] as const)[0]
    usingSession(B, () => socket.onAny(listener))
    socket.receive('message')
    expect(sessionsOf('listener')).toEqual([B])
  })
})

describe.each([
  ['register', 'unregister'],
  ['registerListener', 'deleteListener'],
  ['use', 'eject'],
  ['setMessageHandler', 'dropMessageHandler'],
  ['handle', 'forget'],
  ['addListener', 'unlisten'],
  ['watch', 'stopWatching'],
  ['onMessage', 'cancel'],
  ['addHook', 'disconnect'],
])('an emitter with %s and %s', (add, remove) => {
  const make = () => {
    const heard = new Set<Fn>()
    const emitter = {
      on() {},
      [add]: (fn: Fn) => void heard.add(fn),
      [remove]: (fn: Fn) => heard.delete(fn),
      hasListener: (fn: Fn) => heard.has(fn),
    } as Record<string, (fn: Fn) => unknown>
    return { emitter: bindSession(emitter, A), heard }
  }

  test('removes what was added by the function that was given', () => {
    const { emitter, heard } = make()
    emitter[add]?.(listener)
    expect(emitter['hasListener']?.(listener)).toBe(true)
    expect(emitter[remove]?.(listener)).toBe(true)
    expect(emitter['hasListener']?.(listener)).toBe(false)
    expect(heard.size).toBe(0)
  })

  test('adds the same function once, as a Set does, and removes each scope’s', () => {
    const { emitter, heard } = make()
    emitter[add]?.(listener)
    emitter[add]?.(listener)
    expect(heard.size).toBe(1)
    usingSession(B, () => void emitter[add]?.(listener))
    expect(heard.size).toBe(2)
    expect([emitter[remove]?.(listener), emitter[remove]?.(listener)]).toEqual([true, true])
    expect(heard.size).toBe(0)
  })
})

describe('an emitter that takes several events at once', () => {
  const make = () => {
    const heard: Record<string, Fn[]> = { x: [], y: [] }
    const emitter = {
      on: (events: string | string[], fn: Fn) => {
        for (const event of [events].flat()) heard[event]?.push(fn)
      },
      off: (events: string | string[], fn: Fn) => {
        for (const event of [events].flat()) heard[event] = (heard[event] ?? []).filter((one) => one !== fn)
      },
    }
    return { emitter, heard }
  }
  const none = { x: [], y: [] }

  test.each([
    ['the same events', [['x', 'y']], [['x', 'y']]],
    ['each event', [['x', 'y']], ['x', 'y']],
    ['events that were added one by one', ['x', 'y'], [['y', 'x']]],
  ])('removes a listener by %s', (_, adds, removes) => {
    const { emitter, heard } = make()
    bindSession(emitter, A)
    for (const events of adds) emitter.on(events, listener)
    for (const events of removes) emitter.off(events, listener)
    expect(heard).toEqual(none)
  })

  test('removes a listener from before by its own event', () => {
    const { emitter, heard } = make()
    emitter.on('x', listener)
    bindSession(emitter, A).on('y', listener)
    emitter.off('x', listener)
    expect([heard['x'], heard['y']?.length]).toEqual([[], 1])
  })
})

describe('what is added in a listener’s place', () => {
  const added = <T extends Fn>(fn: T): T => {
    const seen: T[] = []
    bindSession({ on: (_: string, given: T) => seen.push(given) }, A).on('x', fn)
    return seen[0] as T
  }

  test('has its name, its properties and its kind', () => {
    const named = Object.assign(function named() {}, { priority: 3, stack: [] })
    const { name, priority, stack } = added(named)
    expect({ name, priority, stack }).toEqual({ name: 'named', priority: 3, stack: [] })
    expect(Object.keys(added(named))).toEqual(['priority', 'stack'])
    expect(added(async () => {}).constructor.name).toBe('AsyncFunction')
  })

  test('gives streams and queries that run in the session', async () => {
    const generate = added(async function* () {
      yield work('generator')
    })
    for await (const _ of generate()) work('consumer')
    // biome-ignore lint/suspicious/noThenProperty: query builders have it
    await added(() => ({ then: (ok: (rows: unknown) => void) => ok(work('query')) }))()
    expect([sessionsOf('generator'), sessionsOf('consumer'), sessionsOf('query')]).toEqual([
      [A],
      [undefined],
      [A],
    ])
  })

  test('runs in the session when a router calls its handle', () => {
    const router = Object.assign(() => {}, { handle: (value: number) => [work('handle'), value][1] })
    expect(added(router).handle(3)).toBe(3)
    expect(sessionsOf('handle')).toEqual([A])
    expect(added(Object.freeze(router)).handle(4)).toBe(4)
  })
})

test('a property that hides a method of its class stays as it is', () => {
  class Base {
    on() {}
    onAny() {}
    use() {}
  }
  const hiding: object = { onAny: undefined, use: 3 }
  expect({ ...bindSession(Object.assign(new Base(), hiding), A) }).toEqual(hiding)
})

test('a client keeps its session when a method returns it from another scope', () => {
  const client = {
    heard: [] as Fn[],
    subscribe(_: string, fn: Fn) {
      this.heard.push(fn)
      return this
    },
    publish() {
      for (const fn of this.heard) (fn as () => void)()
    },
  }
  bindSession(client, A)
  usingSession(B, () => client.subscribe('token', () => work('other')))
  client.subscribe('token', listener).publish()
  expect([sessionsOf('other'), sessionsOf('listener')]).toEqual([[B], [A]])
})

/** As component-emitter, of socket.io's client. */
class Emitter {
  readonly #callbacks = new Map<string, (Fn & { fn?: Fn })[]>()
  on(event: string, fn: Fn): this {
    this.#callbacks.set(event, [...(this.#callbacks.get(event) ?? []), fn])
    return this
  }
  once(event: string, fn: Fn): this {
    const on = (...args: never[]) => {
      this.off(event, on)
      fn.apply(this, args)
    }
    on.fn = fn
    return this.on(event, on)
  }
  off(event: string, fn: Fn): this {
    const all = this.#callbacks.get(event) ?? []
    const index = all.findIndex((one) => one === fn || one.fn === fn)
    this.#callbacks.set(event, index < 0 ? all : all.toSpliced(index, 1))
    return this
  }
  listeners(event: string): Fn[] {
    return this.#callbacks.get(event) ?? []
  }
  emit(event: string): void {
    for (const fn of this.listeners(event)) (fn as () => void)()
  }
}

describe('an emitter that is not Node’s', () => {
  test.each(['on', 'once'] as const)('runs and removes what %s was given', (add) => {
    const bus = bindSession(new Emitter(), A)
    bus[add]('token', listener)
    expect(bus.listeners('token')).toHaveLength(1)
    usingSession(B, () => bus.emit('token'))
    bus.off('token', listener)
    bus.emit('token')
    bus[add]('token', listener).off('token', listener).emit('token')
    expect(sessionsOf('listener')).toEqual([A])
  })
})

describe('an EventTarget', () => {
  test('is the same object, and runs its listeners in the session, with their this', () => {
    const target = new EventTarget()
    expect(bindSession(target, A)).toBe(target)
    const seen: unknown[] = []
    target.addEventListener('token', function (this: unknown, event) {
      work('listener')
      seen.push(this, event.type)
    })
    usingSession(B, () => target.dispatchEvent(new Event('token')))
    expect(seen).toEqual([target, 'token'])
    expect(sessionsOf('listener')).toEqual([A])
  })

  test('runs an object with handleEvent, and removes it', () => {
    const target = bindSession(new EventTarget(), A)
    const seen: unknown[] = []
    const object = {
      handleEvent(this: unknown) {
        work('listener')
        seen.push(this)
      },
    }
    target.addEventListener('token', object)
    target.dispatchEvent(new Event('token'))
    target.removeEventListener('token', object)
    target.dispatchEvent(new Event('token'))
    expect(seen).toEqual([object])
    expect(sessionsOf('listener')).toEqual([A])
  })

  test('adds a listener once, but once for each phase', () => {
    const target = bindSession(new EventTarget(), A)
    for (const capture of [false, false, true]) target.addEventListener('token', listener, capture)
    target.dispatchEvent(new Event('token'))
    expect(sessionsOf('listener')).toEqual([A, A])
    for (const capture of [false, true]) target.removeEventListener('token', listener, { capture })
    target.dispatchEvent(new Event('token'))
    expect(sessionsOf('listener')).toEqual([A, A])
  })

  test.each([
    ['ran once', (target: EventTarget) => target.addEventListener('token', listener, { once: true })],
    [
      'was removed by a signal',
      (target: EventTarget) => {
        const { signal, abort } = abortable()
        target.addEventListener('token', listener, { signal })
        target.dispatchEvent(new Event('token'))
        abort()
      },
    ],
  ])('runs a listener that %s in the scope that adds it again', (_, add) => {
    const target = usingSession(A, () => [bindSession(new EventTarget())] as const)[0]
    add(target)
    target.dispatchEvent(new Event('token'))
    usingSession(B, () => target.addEventListener('token', listener))
    target.dispatchEvent(new Event('token'))
    expect(sessionsOf('listener')).toEqual([A, B])
  })

  test('binds an AbortSignal', () => {
    const { signal, abort } = abortable()
    bindSession(signal, A).addEventListener('abort', listener)
    signal.onabort = listener
    abort()
    expect(sessionsOf('listener')).toEqual([A, A])
  })
})

const abortable = () => {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

describe('a property that takes a handler', () => {
  test('runs it in the session, and can be emptied', () => {
    const { port1, port2 } = new MessageChannel()
    bindSession(port1, A)
    port1.onmessage = listener
    port1.dispatchEvent(new MessageEvent('message'))
    port1.onmessage = null
    port1.dispatchEvent(new MessageEvent('message'))
    expect(port1.onmessage).toBe(null)
    expect(sessionsOf('listener')).toEqual([A])
    port2.close()
  })

  test('of MCP’s transports is bound before there is one', async () => {
    class Transport {
      onmessage?: (message: unknown) => void
      declare onclose?: () => void
      async start() {}
      async send(message: unknown) {
        this.onmessage?.(message)
      }
      async close() {
        this.onclose?.()
      }
    }
    const transport = new Transport()
    const bound = bindSession(transport, A)
    expect(bound).toBeInstanceOf(Transport)
    transport.onmessage = () => work('message')
    bound.onclose = () => work('close')
    expect(transport.onclose).toBeDefined()
    await usingSession(B, () => transport.send('hello'))
    await transport.close()
    expect([sessionsOf('message'), sessionsOf('close')]).toEqual([[A], [A]])
  })
})

describe('a client or server that keeps handlers and does other work', () => {
  class Server {
    readonly #handlers = new Map<string, Fn>()
    setRequestHandler(schema: { method: string }, handler: Fn): void {
      this.#handlers.set(schema.method, handler)
    }
    handle(method: string): unknown {
      return (this.#handlers.get(method) as () => unknown)()
    }
    async call(): Promise<void> {
      work('call')
    }
  }

  test('runs its handlers in the session, and those of another scope there', () => {
    const server = new Server()
    const bound = bindSession(server, A)
    bound.setRequestHandler({ method: 'first' }, () => work('first'))
    server.setRequestHandler({ method: 'second' }, () => work('second'))
    usingSession(B, () => bound.setRequestHandler({ method: 'third' }, () => work('third')))
    for (const method of ['first', 'second', 'third']) server.handle(method)
    expect(['first', 'second', 'third'].map((name) => sessionsOf(name))).toEqual([[A], [A], [B]])
  })

  test('does its other work in the session, through the view', async () => {
    await bindSession(new Server(), A).call()
    expect(sessionsOf('call')).toEqual([A])
  })

  test('may take handlers among options', async () => {
    let options: { eachMessage: () => void; topic: string } | undefined
    const consumer = bindSession(
      {
        on: () => () => {},
        async run(given: NonNullable<typeof options>) {
          options = given
        },
      },
      A,
    )
    const given = { eachMessage: listener, topic: 'orders' }
    await consumer.run(given)
    options?.eachMessage()
    expect(options?.topic).toBe('orders')
    expect(given.eachMessage).toBe(listener)
    expect(sessionsOf('listener')).toEqual([A])
  })
})

describe('an emitter that is a stream or a query as well', () => {
  test('runs its listeners in the session that bindSession names after usingSession has returned it', async () => {
    const made = Object.assign(new EventEmitter(), {
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      then(ok: (rows: number) => void) {
        work('query')
        ok(3)
      },
    })
    usingSession(A, () => made)
    bindSession(made, B).on('token', listener).emit('token')
    await made
    expect([sessionsOf('listener'), sessionsOf('query')]).toEqual([[B], [B]])
  })
})
