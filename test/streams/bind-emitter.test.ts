import { EventEmitter, on, once } from 'node:events'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { A, B, problemCount, sessionsOf, useTelemetry, work } from './support.ts'
import { spansOf } from './table/telemetry.ts'

useTelemetry()

class Bus extends EventEmitter {
  readonly #name = 'bus'
  describe(): string {
    return this.#name
  }
}

describe('an EventEmitter passed to bindSession', () => {
  test('is the same object, of its type', () => {
    const bus = new Bus()
    const keys = Object.keys(bus)
    const bound = bindSession(bus, A)
    expectTypeOf(bound).toEqualTypeOf<Bus>()
    expect(bound).toBe(bus)
    expect(bound.describe()).toBe('bus')
    expect(Object.keys(bound)).toEqual(keys)
  })

  test.each(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'runs a listener added by %s in the session, with its this and arguments',
    (add) => {
      const bus = bindSession(new Bus(), A)
      const calls: unknown[] = []
      bus[add]('token', function (this: unknown, ...args: unknown[]) {
        work('listener')
        calls.push(this, ...args)
      })
      usingSession(B, () => bus.emit('token', 1, 2))
      expect(sessionsOf('listener')).toEqual([A])
      expect(calls).toEqual([bus, 1, 2])
    },
  )

  test.each(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'removes, lists and counts a listener added by %s by the function that was given',
    (add) => {
      const bus = bindSession(new Bus(), A)
      const listener = () => work('listener')
      bus[add]('token', listener)
      expect(bus.listeners('token')).toEqual([listener])
      expect(bus.listenerCount('token', listener)).toBe(1)
      bus.off('token', listener)
      expect(bus.listenerCount('token')).toBe(0)
      bus.emit('token')
      expect(sessionsOf('listener')).toEqual([])
    },
  )

  test('runs a once listener only once', () => {
    const bus = bindSession(new Bus(), A)
    bus.once('token', () => work('listener')).prependOnceListener('token', () => work('listener'))
    bus.emit('token')
    bus.emit('token')
    expect(sessionsOf('listener')).toEqual([A, A])
    expect(bus.listenerCount('token')).toBe(0)
  })

  test('removes a once listener that hears another event as well, or one from before', () => {
    const bus = new Bus()
    const listener = () => work('listener')
    bus.on('before', listener)
    bindSession(bus, A).on('other', listener).once('token', listener)
    bus.off('token', listener).off('before', listener)
    expect(['before', 'token', 'other'].map((event) => bus.listenerCount(event))).toEqual([0, 0, 1])
  })

  test('calls listeners that were added before outside the session', () => {
    const bus = new Bus()
    const before = () => work('before')
    bus.on('token', before)
    bindSession(bus, A)
    bus.emit('token')
    bus.off('token', before)
    bus.emit('token')
    expect(sessionsOf('before')).toEqual([undefined])
  })

  test('returns the original functions from listeners()', () => {
    const bus = bindSession(new Bus(), A)
    const told: unknown[] = []
    bus.on('newListener', (_, listener) => told.push(listener))
    bus.on('removeListener', (_, listener) => told.push(listener))
    const listener = () => {}
    bus.on('token', listener).off('token', listener).once('token', listener).emit('token')
    expect(told.filter((one) => one === listener)).toHaveLength(4)
  })

  test('binds listeners to another session after a second binding', () => {
    const bus = bindSession(new Bus(), A).on('token', () => work('first'))
    bindSession(bus, B).on('token', () => work('second'))
    bus.emit('token')
    expect([sessionsOf('first'), sessionsOf('second')]).toEqual([[A], [B]])
  })

  test('runs a listener that is added in another scope in that scope, and takes it off as before', () => {
    const bus = usingSession(A, () => [bindSession(new Bus())] as const)[0]
    const listener = () => work('listener')
    usingSession(B, () => bus.on('token', listener))
    usingSession(null, () => bus.once('token', () => work('cleared')))
    bus.emit('token')
    bus.off('token', listener).emit('token')
    expect([sessionsOf('listener'), sessionsOf('cleared')]).toEqual([[B], [undefined]])
  })

  test('runs a listener that is added in the scope around the binding in the bound session', () => {
    usingSession(B, () => {
      const bus = bindSession(new Bus(), A)
      bus.on('token', () => work('listener')).emit('token')
    })
    expect(sessionsOf('listener')).toEqual([A])
  })

  test.each<[where: string, run: (add: () => void) => void]>([
    ['outside of a session', (add) => usingSession({ userId: 'u' }, add)],
    ['in an explicit session of its own', (add) => usingSession(B, () => usingSession({ userId: 'u' }, add))],
  ])('runs a listener that is added in a scope with fields alone, %s', (where, run) => {
    const bus = new Bus()
    const listener = () => work('listener')
    run(() => void bindSession(bus, A))
    run(() => bus.on('token', listener).on('token', listener))
    bus.emit('token')
    const { attributes } = spansOf('listener')[0] as ReturnType<typeof spansOf>[0]
    expect([attributes['session.id'], attributes['user.id']]).toEqual([where.startsWith('o') ? A : B, 'u'])
    bus.off('token', listener).off('token', listener)
    expect(bus.listenerCount('token')).toBe(0)
  })

  test('gives a listener the fields of a scope that has nothing else, unless its own session says them', () => {
    const bus = usingSession(B, () => bindSession(new Bus(), A))
    usingSession({ userId: 'u' }, () => bus.on('token', () => work('listener')))
    bindSession(bus, { sessionId: A, userId: 'a' })
    usingSession({ userId: 'u' }, () => bus.on('token', () => work('own user')))
    bindSession(bus, null)
    usingSession({ userId: 'u' }, () => bus.on('token', () => work('cleared')))
    bus.emit('token')
    const fieldsOf = (name: string) => {
      const [span] = spansOf(name)
      return ['session.id', 'user.id'].map((key) => span?.attributes[key])
    }
    expect(fieldsOf('listener')).toEqual([A, 'u'])
    expect(fieldsOf('own user')).toEqual([A, 'a'])
    expect(fieldsOf('cleared')).toEqual([undefined, undefined])
  })

  test('leaves a consumer that awaits an event in its own context', async () => {
    const bus = bindSession(new Bus(), A)
    const waits = usingSession(B, async () => {
      await once(bus, 'token')
      work('waited')
      for await (const _ of on(bus, 'token', { close: ['end'] })) work('loop')
    })
    bus.emit('token')
    await Promise.resolve().then(() => {})
    await new Promise(setImmediate)
    bus.emit('token')
    bus.emit('end')
    await waits
    expect([sessionsOf('waited'), sessionsOf('loop')]).toEqual([[B], [B]])
  })

  test('rejects a listener that is not a function, like an unbound one', () => {
    const bus = bindSession(new Bus(), A)
    expect(() => bus.on('token', 7 as never)).toThrow(TypeError)
    expect(() => bus.once('token', undefined as never)).toThrow(TypeError)
  })

  test('is returned unchanged and counted if it is frozen', () => {
    const bus = Object.freeze(new Bus())
    const before = problemCount('bind:rejected')
    expect(bindSession(bus, A)).toBe(bus)
    expect(problemCount('bind:rejected')).toBe(before + 1)
  })
})

describe('an EventEmitter that fn returns', () => {
  test('is left unchanged, because it may outlive the work', () => {
    const bus = new Bus()
    const keys = Reflect.ownKeys(bus)
    usingSession(A, () => bus).on('token', () => work('listener'))
    bus.emit('token')
    expect(sessionsOf('listener')).toEqual([undefined])
    expect(Reflect.ownKeys(bus)).toEqual(keys)
  })
})
