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
