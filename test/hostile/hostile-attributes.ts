import { SESSION_ALIASES } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { hostileValue, type Recipe, revokedProxy, throwingProxy } from './hostile-values.ts'

/** Attribute names with a meaning, and others. */
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...SESSION_ALIASES.map(({ key }) => key)) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'session.id',
      'metadata',
      'user.id',
      'tag.tags',
      'otel_sessions.overwritten_id',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toString', 'thread.id'),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
)

/** How an attribute is defined on the object. */
const SHAPES = ['value', 'value', 'value', 'getter', 'hidden', 'inherited'] as const

/** How the object as a whole is hostile. */
const WRAPPINGS = ['plain', 'plain', 'plain', 'no-prototype', 'proxy'] as const

export type Attributes = Record<PropertyKey, unknown>

/** A hostile attribute set. */
export interface HostileSet {
  readonly attributes: Attributes
  /** The proxy's target, if there is one; otherwise the attributes themselves. */
  readonly target: Attributes
  /** An own property is not enumerable. */
  readonly hides: boolean
  /** Names that are inherited only. */
  readonly inherited: ReadonlySet<string>
}

/** A recipe that the test library can print. */
const printable = <T>(recipe: Recipe<T>, text: string): Recipe<T> =>
  Object.assign(recipe, { [fc.toStringMethod]: () => text })

function setsOf(shapes: readonly string[], wrappings: readonly string[]): fc.Arbitrary<Recipe<HostileSet>> {
  const entries = fc.array(fc.tuple(keys, fc.constantFrom(...shapes), hostileValue), { maxLength: 8 })
  return fc
    .tuple(entries, fc.constantFrom(...wrappings))
    .map(([list, wrapping]) => printable(() => makeSet(list, wrapping), `${wrapping} ${fc.stringify(list)}`))
}

/** Any set; many cannot be read. */
export const hostileSets = setsOf(
  [...SHAPES, 'throwing-getter'],
  [...WRAPPINGS, 'frozen', 'throwing', 'revoked'],
)

/** Sets that can be changed, and nearly always be read. */
export const readableSets = setsOf(SHAPES, WRAPPINGS)

function makeSet(list: [string, string, Recipe][], wrapping: string): HostileSet {
  const prototype: Attributes = wrapping === 'no-prototype' ? Object.create(null) : {}
  const target: Attributes = Object.create(prototype)
  target[Symbol.for('session.id')] = 'under a symbol'
  for (const [key, shape, make] of list) {
    Object.defineProperty(shape === 'inherited' ? prototype : target, key, descriptorOf(shape, make()))
  }
  const inherited = new Set(Object.keys(prototype).filter((key) => !Object.hasOwn(target, key)))
  const hides = list.some(([, shape]) => shape === 'hidden')
  return { attributes: wrap(target, wrapping), target, hides, inherited }
}

function descriptorOf(shape: string, value: unknown): PropertyDescriptor {
  const common = { configurable: true, enumerable: shape !== 'hidden' }
  if (shape === 'getter') return { ...common, get: () => value }
  if (shape !== 'throwing-getter') return { ...common, value, writable: true }
  const get = () => {
    throw new Error('getter')
  }
  return { ...common, get }
}

function wrap(target: Attributes, wrapping: string): Attributes {
  if (wrapping === 'frozen') return Object.freeze(target)
  if (wrapping === 'proxy') return new Proxy(target, {})
  if (wrapping === 'throwing') return throwingProxy(target) as Attributes
  return wrapping === 'revoked' ? (revokedProxy() as Attributes) : target
}

/** An object's properties, without running a getter. Equal fingerprints mean that nothing was changed. */
export function fingerprint(target: object): unknown[] {
  return Reflect.ownKeys(target).flatMap((key) => {
    const { value, get, enumerable } = Object.getOwnPropertyDescriptor(target, key) ?? {}
    return [key, value, get, enumerable, isPlain(value) ? Reflect.ownKeys(value).length : 0]
  })
}

function isPlain(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && Reflect.ownKeys(value).length >= 0
  } catch {
    return false
  }
}

/** Whether two fingerprints are the same, value by value. */
export const same = (one: unknown[], other: unknown[]): boolean =>
  one.length === other.length && one.every((part, index) => Object.is(part, other[index]))
