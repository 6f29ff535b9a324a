// What a caller gives to something that is bound to another session, and that is no function among the arguments of a
// method that keeps it.

import { EventEmitter } from 'node:events'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

type Fn = () => void

const kept: Fn[] = []
const callback = () => work('callback')
const keep = (fn: Fn) => void kept.push(fn)

class Keeper {
  constructor(fn: Fn) {
    keep(fn)
  }
}

const holder = () => ({
  run: (options: { hooks: { onDone: Fn } }) => keep(() => options.hooks.onDone()),
  set done(fn: Fn) {
    keep(fn)
  },
})

const GIVEN: [string, () => (fn: Fn) => unknown][] = [
  [
    'in nested options',
    () => {
      const view = bindSession(holder(), A)
      return (fn) => view.run({ hooks: { onDone: fn } })
    },
  ],
  [
    'to a setter',
    () => {
      const view = bindSession(holder(), A)
      return (fn) => {
        view.done = fn
      }
    },
  ],
  ['to a bound function', () => bindSession(keep, A)],
  [
    'to a bound class',
    () => {
      const Bound = bindSession(Keeper, A)
      return (fn) => new Bound(fn)
    },
  ],
]

describe.each(GIVEN)('a callback that is given %s', (_, make) => {
  test('runs in the scope of the user who gives it', () => {
    kept.length = 0
    const give = make()
    usingSession(B, () => give(callback))
    for (const fn of kept) fn()
    expect(sessionsOf('callback')).toEqual([B])
  })
})

test('A bound function that is called in its own session, or outside, gets the very arguments', () => {
  const bound = bindSession((fn: Fn) => fn, A)
  expect([bound(callback), usingSession(A, () => bindSession((fn: Fn) => fn)(callback))]).toEqual([
    callback,
    callback,
  ])
})

const METHODS = [
  'deleteRow',
  'removeUser',
  'clearCache',
  'releaseLock',
  'cancelOrder',
  'delete',
  'remove',
  'stop',
]

describe.each([
  ['a view', () => ({})],
  ['an emitter', () => new EventEmitter()],
])('%s that several users share', (_, make) => {
  test.each(METHODS)('runs the callback of each in the own scope, whatever %s does', (name) => {
    kept.length = 0
    const bus = Object.assign(make(), {
      insert: (_row: object, fn: Fn) => keep(fn),
      [name]: (_id: number, fn: Fn) => keep(fn),
    }) as Record<string, (id: unknown, fn: Fn) => void>
    const bound = bindSession(bus, A)
    usingSession(A, () => bound['insert']?.({}, callback))
    usingSession(B, () => bound[name]?.(1, callback))
    usingSession(B, () => {
      for (const fn of kept) fn()
    })
    expect(sessionsOf('callback')).toEqual([A, B])
  })
})
