import { problemLog, processState, resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'

const KEY = Symbol.for('otel-sessions.process')
const holder = globalThis as unknown as Record<symbol, unknown>

afterEach(() => {
  stopTracing()
  Reflect.deleteProperty(globalThis, KEY)
})

it.each([
  ['something else', 'not a state'],
  ['an object without the counters', {}],
  ['null', null],
])('counts and logs although another program put %s under the key', (title, value) => {
  Object.defineProperty(globalThis, KEY, { value, configurable: true, writable: false })
  const warnings = collectWarnings()
  const log = problemLog(title)
  log.report('area:reason', () => 'something happened')
  log.report('area:reason', () => 'something happened')
  expect(warnings).toEqual([`${title} something happened (logged once)`])
  expect(log.counts()['area:reason']).toBe(2)
})

it('counts although nothing can be put on globalThis', () => {
  Object.defineProperty(globalThis, KEY, {
    configurable: true,
    get: () => undefined,
    set: () => {
      throw new TypeError('globalThis is not extensible')
    },
  })
  expect(processState().problems).toBeInstanceOf(Map)
})

it('shares one state among all copies of a package', () => {
  expect(processState()).toBe(holder[KEY])
})

it('forgets what was logged on a reset, so that a test sees the first message again', () => {
  const warnings = collectWarnings()
  const log = problemLog('reset')
  log.report('area:reason', () => 'something happened')
  resetProcessState()
  expect(log.counts()).toEqual({})
  log.report('area:reason', () => 'something happened')
  expect(warnings).toHaveLength(2)
})
