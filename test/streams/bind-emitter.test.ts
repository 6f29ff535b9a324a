// An EventEmitter has nothing to pull on: its listeners run where it emits.

import { EventEmitter } from 'node:events'
import { type BindableTarget, bindSession, helperStats } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

describe('an EventEmitter given to bindSession', () => {
  test('comes back as it is, which is counted; a listener is bound by itself', () => {
    const emitter = new EventEmitter()
    const count = () => helperStats().problems['bind:unknown-target'] ?? 0
    const before = count()
    expect(bindSession(emitter as unknown as BindableTarget, A)).toBe(emitter)
    expect(count()).toBe(before + 1)

    emitter.on('token', () => work('listener'))
    emitter.on(
      'token',
      bindSession(() => work('bound listener'), A),
    )
    emitter.emit('token')
    expect(sessionsOf('listener')).toEqual([undefined])
    expect(sessionsOf('bound listener')).toEqual([A])
  })
})
