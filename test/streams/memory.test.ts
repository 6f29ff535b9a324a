// Long-lived objects do not retain ended ones.

import { EventEmitter } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { context } from '@opentelemetry/api'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, bodyIsWaiting, useTelemetry } from './support.ts'
import { lazyWebWords, wordsInTime } from './table/bodies.ts'
import { byForAwait, byReader } from './table/consumers.ts'

useTelemetry()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Whether it is unreachable. */
async function isGone(what: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 20; round++) {
    await bodyIsWaiting()
    collect()
    if (what.deref() === undefined) return true
  }
  return false
}

const scopeHere = () => new WeakRef(context.active())

class Bus {
  readonly #any = new Set<() => void>()
  onAny(fn: () => void): () => void {
    this.#any.add(fn)
    return () => this.#any.delete(fn)
  }
  offAny(): void {
    this.#any.clear()
  }
  on(): void {}
}

describe('memory is released of', () => {
  test('a stream that was read, and its scope', async () => {
    const run = async () => {
      const { stream, scope } = usingSession(A, () => ({ stream: lazyWebWords(), scope: scopeHere() }))
      await byReader(bindSession(stream, A), () => 'go on')
      return [new WeakRef<object>(stream), scope]
    }
    for (const ref of await run()) expect(await isGone(ref)).toBe(true)
  })

  test('what a stream was piped to, when that has ended and the stream lives on', async () => {
    const stream = usingSession(A, lazyWebWords)
    const run = async () => {
      const sink = new WritableStream()
      await stream.pipeTo(sink)
      return new WeakRef(sink)
    }
    expect(await isGone(await run())).toBe(true)
    expect(stream.locked).toBe(false)
  })

  test('where a stream was piped from, when that has ended and the stream lives on', async () => {
    const stream = usingSession(A, lazyWebWords)
    const run = () =>
      usingSession('sess_consumer', async () => {
        await stream.pipeTo(new WritableStream())
        return scopeHere()
      })
    expect(await isGone(await run())).toBe(true)
    expect(stream.locked).toBe(false)
  })

  test('the scope of a listener that was removed, or ran once, when the emitter lives on', async () => {
    const bus = new EventEmitter()
    const run = () =>
      usingSession(A, () => {
        const listener = () => {}
        bindSession(bus).on('token', listener).once('token', listener)
        bus.emit('token')
        bus.off('token', listener)
        bindSession(bus, null)
        return scopeHere()
      })
    expect(await isGone(run())).toBe(true)
    expect(bus.listenerCount('token')).toBe(0)
  })

  test.each([
    ['by a method that removes all', (bus: Bus, fn: () => void) => [bus.onAny(fn), bus.offAny()]],
    ['by what the method that added it returns', (bus: Bus, fn: () => void) => bus.onAny(fn)()],
  ])('the scope of a listener that leaves an emitter %s', async (_, pass) => {
    const bus = new Bus()
    const listener = () => {}
    const run = () =>
      usingSession(A, () => {
        bindSession(bus)
        pass(bus, listener)
        bindSession(bus, null)
        return scopeHere()
      })
    expect(await isGone(run())).toBe(true)
  })

  test('the views of an object that lives on, and their scopes', async () => {
    const held = { make: wordsInTime, text: Promise.resolve('hello') }
    const run = async () => {
      const { view, scope } = usingSession(A, () => ({ view: bindSession(held), scope: scopeHere() }))
      await byForAwait(view.make(), () => 'go on')
      await view.text
      return [new WeakRef<object>(view), scope]
    }
    for (const ref of await run()) expect(await isGone(ref)).toBe(true)
    expect(Object.keys(held)).toEqual(['make', 'text'])
  })

  test('the scope that a stream was bound to before it was bound to another one', async () => {
    const stream = lazyWebWords()
    const run = () => usingSession(A, () => [bindSession(stream), scopeHere()] as const)[1]
    const scope = run()
    bindSession(stream, null)
    expect(await isGone(scope)).toBe(true)
    expect(stream.locked).toBe(false)
  })
})

describe('the check itself', () => {
  test('sees a scope that is kept', async () => {
    const bus = new EventEmitter()
    const run = () => usingSession(A, () => [bindSession(bus).on('token', () => {}), scopeHere()] as const)[1]
    expect(await isGone(run())).toBe(false)
    expect(bus.listenerCount('token')).toBe(1)
  })
})

describe('what is kept about a listener that is added again and again', () => {
  /** How often a bound emitter keeps what it added: each bound listener holds the token of its scope. */
  async function keptAfter(count: number, addAndRemove: (bus: EventEmitter, listener: () => void) => void) {
    const heard = new Set<() => void>()
    const bus = Object.assign(new EventEmitter(), {
      hook: (fn: () => void) => void heard.add(fn),
      evict: (fn: () => void) => void heard.delete(fn),
    })
    const listener = () => {}
    const scopes: WeakRef<object>[] = []
    bindSession(bus)
    for (let round = 0; round < count; round++)
      usingSession(`sess_round_${round}`, () => {
        scopes.push(scopeHere())
        addAndRemove(bus, listener)
      })
    await bodyIsWaiting()
    for (let round = 0; round < 5; round++) {
      collect()
      await bodyIsWaiting()
    }
    expect(bus.listenerCount('token') + heard.size).toBe(0)
    return scopes.filter((scope) => scope.deref() !== undefined).length
  }

  test('is nothing if it runs once', async () => {
    const kept = await keptAfter(1000, (bus, listener) => void bus.once('token', listener).emit('token'))
    expect(kept).toBeLessThan(10)
  })

  test('is nothing if it is removed', async () => {
    const kept = await keptAfter(
      1000,
      (bus, listener) => void bus.on('token', listener).off('token', listener),
    )
    expect(kept).toBeLessThan(10)
  })

  test('is nothing if methods of any name add and remove it', async () => {
    const kept = await keptAfter(1000, (bus, listener) => {
      const heard = bus as EventEmitter & { hook(fn: () => void): void; evict(fn: () => void): void }
      heard.hook(listener)
      heard.evict(listener)
    })
    expect(kept).toBeLessThan(10)
  })

  test.each(['on', 'once'] as const)('is bounded if %s adds it and all are removed', async (add) => {
    const kept = await keptAfter(1000, (bus, listener) =>
      bus[add]('token', listener).removeAllListeners('token'),
    )
    expect(kept).toBeLessThan(100)
  })
})
