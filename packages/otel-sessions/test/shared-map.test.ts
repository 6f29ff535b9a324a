import { afterEach, expect, it } from 'vitest'
import { sharedWeakMap } from '../src/requests/shared-map.ts'

const NAME = 'otel-sessions.test'
const KEY = Symbol.for(NAME)

afterEach(() => {
  Reflect.deleteProperty(globalThis, KEY)
})

it('copies of the package share what they know', () => {
  expect(sharedWeakMap(NAME)).toBe(sharedWeakMap(NAME))
})

it.each([
  ['another program has put something else under the key', { value: { get: 'not a weak map' } }],
  [
    'nothing can be put on globalThis',
    {
      set() {
        throw new TypeError('globalThis is not extensible')
      },
    },
  ],
])('a copy has a map of its own where %s', (_, descriptor) => {
  Object.defineProperty(globalThis, KEY, { configurable: true, ...descriptor })
  const map = sharedWeakMap(NAME)
  expect(map).toBeInstanceOf(WeakMap)
  expect(sharedWeakMap(NAME)).not.toBe(map)
})
