import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeError } from '../src/describe-error.ts'

class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: unknown
  constructor(code?: unknown) {
    super('secret')
    this.code = code
  }
}

it.each([
  [new TypeError('secret'), 'TypeError'],
  [Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }), 'Error, ECONNREFUSED'],
  [new DatabaseError('P2002'), 'DatabaseError, P2002'],
  [new DatabaseError(404), 'DatabaseError'],
  [new DatabaseError('no user jane@example.org'), 'DatabaseError'],
  [Object.assign(new Error('secret'), { name: 'no user jane@example.org' }), 'a value of type object'],
  ['secret', 'a string of 6 characters'],
  [undefined, 'undefined'],
  [null, 'null'],
  [{}, 'a value of type object'],
  [
    new Proxy(new Error('secret'), {
      get() {
        throw new Error('secret')
      },
    }),
    'a value of type object',
  ],
])('an error is described by its name and its code: %#', (error, described) => {
  expect(describeError(error)).toBe(described)
})

it('whatever is thrown, nothing throws, and nothing but words of code are repeated', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), fc.string(), (value, name, code) => {
      for (const error of [value, Object.assign(new Error('secret'), { name, code })]) {
        expect(describeError(error)).toMatch(/^[\w$]+(, [A-Z0-9_]+)?$|^an? [a-z ]+( \d+ characters?)?$/)
      }
    }),
  )
})
