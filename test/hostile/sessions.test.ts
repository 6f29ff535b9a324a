import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  bindSession,
  contextWithSession,
  getSession,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '../deep/runs.ts'
import { type HostileSet, hostileSets } from './hostile-attributes.ts'
import { hostileValue, type Recipe } from './hostile-values.ts'
import { hostileSpan, SPAN_KINDS } from './spans.ts'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

const OUTER = 'outer_session_of_another_user'
const outer = contextWithSession(ROOT_CONTEXT, OUTER)

const FIELDS = ['sessionId', 'conversationId', 'userId', 'previousSessionId', 'metadata', 'tags'] as const

/** A session object whose parts are present or not, hostile or not. */
const parts: fc.Arbitrary<Recipe> = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom('value', 'getter'), hostileValue), {
    maxLength: 5,
  })
  .map((list) => () => {
    const session = {}
    for (const [key, shape, make] of list) {
      const value = make()
      const descriptor = shape === 'value' ? { value } : { get: () => callIfFunction(value) }
      Object.defineProperty(session, key, { ...descriptor, enumerable: true, configurable: true })
    }
    return session
  })

const callIfFunction = (value: unknown) => (typeof value === 'function' ? value() : value)

const sessions: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 3, arbitrary: hostileValue },
  { weight: 6, arbitrary: parts },
  { weight: 2, arbitrary: hostileSets.map((make: Recipe<HostileSet>) => () => make().attributes) },
)

/** The session that a hostile value may set: its own, if that can be read and is valid. */
function namedBy(session: unknown): string | undefined {
  try {
    const id = typeof session === 'string' ? session : (session as { sessionId: unknown }).sessionId
    const check = checkSessionId(id)
    return check.ok ? check.id : undefined
  } catch {
    return undefined
  }
}

/** Only an object without `sessionId`, which just adds fields, may keep the outer session. */
function onlyAdds(session: unknown): boolean {
  try {
    return typeof session === 'object' && session !== null && !('sessionId' in session)
  } catch {
    return false
  }
}

function expectRight(session: unknown, found: string | undefined) {
  if (found !== OUTER) expect(found).toBe(namedBy(session))
  else expect(onlyAdds(session)).toBe(true)
}

test('usingSession runs the function exactly once and never throws, whatever the session is', () => {
  fc.assert(
    fc.property(sessions, (make) => {
      const session = make()
      let runs = 0
      const found = context.with(outer, () =>
        usingSession(session as never, () => {
          runs++
          return getSession()?.sessionId
        }),
      )
      expect(runs).toBe(1)
      expectRight(session, found)
    }),
    { numRuns: runs(20_000) },
  )
})

test('contextWithSession, bindSession and setSpanSession never throw, whatever the session is', () => {
  const kinds = fc.constantFrom(...SPAN_KINDS)
  fc.assert(
    fc.property(sessions, kinds, (make, kind) => {
      const session = make()
      expectRight(session, getSession(contextWithSession(outer, session as never))?.sessionId)
      const read = context.with(outer, () => bindSession(() => getSession()?.sessionId, session as never))
      expectRight(session, read())
      const span = hostileSpan({ attributes: {}, target: {}, hides: false, inherited: new Set() }, kind)
      setSpanSession(span as never, session as never)
    }),
    { numRuns: runs(10_000) },
  )
})

test('bindSession never throws, whatever its target is', () => {
  fc.assert(
    fc.property(hostileValue, (make) => {
      const target = make()
      const bound = bindSession(target as never, 'user_123_conv_456')
      if (typeof target === 'function') return
      // For an object that may contain streams it returns a view with the same properties.
      if (typeof target === 'object' && target !== null) expect(shownBy(bound)).toEqual(shownBy(target))
      else expect(Object.is(bound, target)).toBe(true)
    }),
    { numRuns: runs(10_000) },
  )
})

/** The types of an object's properties; `throws` for those that throw. */
function shownBy(target: object): unknown {
  const kindOf = (name: PropertyKey) => {
    try {
      return typeof Reflect.get(target, name)
    } catch {
      return 'throws'
    }
  }
  try {
    return Reflect.ownKeys(target).map((name) => [name, kindOf(name)])
  } catch {
    return 'throws'
  }
}

test('usingSession returns what the function returns, whatever that is', () => {
  fc.assert(
    fc.property(hostileValue, (make) => {
      const result = make()
      expect(
        Object.is(
          usingSession('user_123_conv_456', () => result),
          result,
        ),
      ).toBe(true)
    }),
    { numRuns: runs(10_000) },
  )
})

test('getSession returns plain metadata: no key is special, and the passed object is unchanged', () => {
  const metadata = JSON.parse('{"__proto__":"own","plan":"pro","constructor":true}')
  const before = JSON.stringify(metadata)
  const info = usingSession({ sessionId: 'user_123_conv_456', metadata }, () => getSession())
  expect(Object.keys(info?.metadata ?? {}).toSorted()).toEqual(['__proto__', 'constructor', 'plan'])
  expect(JSON.stringify(metadata)).toBe(before)
  expect(({} as Record<string, unknown>)['plan']).toBeUndefined()
})
