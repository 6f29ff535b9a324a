import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { anyCharacter } from '../support/any-character.ts'

// One error for all: many are thrown, and its stack costs more than what is tested.
const trapped = new Error('trap')
const traps = new Proxy({} as ProxyHandler<object>, {
  get: () => () => {
    throw trapped
  },
})

/** A proxy whose traps all throw. */
export function throwingProxy(target: object = {}): object {
  return new Proxy(target, traps)
}

export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

class Session {
  readonly #id = 'private'
  get sessionId() {
    return this.#id
  }
  toString() {
    return this.#id
  }
}

function cyclic(): object {
  const value: Record<string, unknown> = { thread_id: 7 }
  value['self'] = value
  return value
}

const throwing = () => {
  throw new Error('called')
}

/** Strings that are valid session IDs, nearly valid, or invalid. */
export const idLike = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('user_123_conv_456', 'a', ' ', '', 'undefined', 'café', 'a\nb') },
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 24 }) },
  { weight: 2, arbitrary: fc.string({ unit: anyCharacter, maxLength: 24 }) },
  { weight: 1, arbitrary: fc.integer({ min: 195, max: 205 }).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.constant('x'.repeat(200_000)) },
)

/** Odd and broken JSON for `metadata`. */
const metadataJson = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    '[]',
    '7',
    '{"thread_id":',
    '{"__proto__":{"thread_id":"polluted"}}',
    '{"thread_id":{"session_id":"deep"}}',
    '{"session_id":1e999,"thread_id":9007199254740993}',
    `{"thread_id":"${'x'.repeat(40_000)}"}`,
    `${'['.repeat(20_000)}`,
  ),
  fc
    .record({ session_id: idLike, threadId: fc.jsonValue() }, { requiredKeys: [] })
    .map((it) => JSON.stringify(it)),
)

/** Creates the value where it is used, because the test library reads the values that it generates. */
export type Recipe<T = unknown> = () => T

const given = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Recipe> => arbitrary.map((value) => () => value)

/** Any value that JavaScript allows as an attribute. */
export const hostileValue: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 6, arbitrary: given(idLike) },
  { weight: 3, arbitrary: given(metadataJson) },
  { weight: 2, arbitrary: given(fc.oneof(fc.integer(), fc.double(), fc.bigInt(), fc.boolean())) },
  {
    weight: 2,
    arbitrary: given(fc.constantFrom(null, undefined, Symbol('value'), throwing, Number.MAX_VALUE)),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Recipe[]>(
      throwingProxy,
      revokedProxy,
      cyclic,
      () => new Session(),
      () => Object.freeze({ session_id: 'frozen' }),
      () => Object.create({ session_id: 'inherited' }),
      () => new Date(Number.NaN),
      () => new Map([['session_id', 'map']]),
      () => throwingProxy([]),
      () => ({ toJSON: throwing, toString: throwing, valueOf: throwing }),
      () => Object.defineProperty({}, 'session_id', { get: throwing, enumerable: true }),
      () => [new Uint8Array(3), [throwingProxy()], 'x'],
    ),
  },
)

/** No session ID: what another library may write over one. */
export const invalidId: fc.Arbitrary<Recipe> = hostileValue.filter(
  (make) => make() !== undefined && !checkSessionId(make()).ok,
)
