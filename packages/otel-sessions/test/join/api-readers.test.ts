import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { RefusedReaders, versionForReaders } from '../../src/join/api-readers.ts'

describe('the version that readers are told', () => {
  test.each([
    ['1.9.0', '1.10.0'],
    ['1.9.1', '1.10.0'],
    ['1.10.0', '1.10.0'],
    ['1.8.0', '1.8.0'],
    ['1.11.0', '1.11.0'],
    ['2.9.0', '2.9.0'],
    ['1.9.0-dev', '1.9.0-dev'],
    [undefined, undefined],
  ])('of %s is %s', (registered, told) => {
    expect(versionForReaders(registered)).toBe(told)
  })
})

/** What copies of the API do, as reads of the global object, of its version, and of what it has. */
const USES = {
  'a copy of 1.9 or older reads': ['global', 'version', 'global', 'use'],
  'a copy of 1.10 reads first': ['global', 'version', 'use'],
  'a copy of 1.10 reads again': ['global', 'use'],
  'a copy registers': ['global', 'use', 'use'],
  'a copy removes what it has registered': ['global'],
} as const
const REFUSED = ['global', 'version'] as const

function play(steps: readonly ('global' | 'version' | 'use')[]): number {
  const tell = vi.fn<() => void>()
  const readers = new RefusedReaders(tell)
  const does = {
    global: () => readers.onGlobal(),
    version: () => readers.onVersion(),
    use: () => readers.onUse(),
  }
  for (const step of steps) does[step]()
  return tell.mock.calls.length
}

const uses = fc.array(fc.constantFrom(...Object.values(USES)))

test('whatever copies do that use what is registered, none is taken for one that has refused it', () => {
  fc.assert(
    fc.property(uses, (each) => {
      expect(play(each.flat())).toBe(0)
    }),
  )
})

test('a copy that has refused it is noticed with the next that reads the version, whichever it is', () => {
  const next = fc.constantFrom(
    USES['a copy of 1.9 or older reads'],
    USES['a copy of 1.10 reads first'],
    REFUSED,
  )
  fc.assert(
    fc.property(uses, next, uses, (before, then, after) => {
      expect(play([...before.flat(), ...REFUSED, ...then, ...after.flat()])).toBeGreaterThan(0)
    }),
  )
})
