import { BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shipped } from './dialect-support.ts'

const NAMES = Object.keys(BACKENDS) as BackendName[]
const VENDOR_KEYS = Object.values(BACKENDS).flatMap(({ session, alsoReads = [], user }) => [
  ...session,
  ...alsoReads,
  ...(user ? [user] : []),
])
const metadataKey = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor', 'session_id', 'thread_id', 'user_id', 'tags', 'session.id'),
)
const metadata = fc.oneof(
  fc.dictionary(metadataKey, fc.jsonValue({ maxDepth: 2 })).map((value) => JSON.stringify(value)),
  fc.dictionary(metadataKey, fc.anything()),
  fc.string(),
  fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }),
)
const attributes = fc
  .tuple(
    fc.record(
      {
        'session.id': fc.oneof(fc.string({ maxLength: 210, unit: 'grapheme-ascii' }), fc.anything()),
        'gen_ai.conversation.id': fc.string(),
        'user.id': fc.oneof(fc.string(), fc.anything()),
        'tag.tags': fc.oneof(fc.array(fc.string({ maxLength: 6 })), fc.anything()),
        metadata,
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(fc.constantFrom(...VENDOR_KEYS), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
  )
  .map(([stamped, others]): Record<string, unknown> => ({ ...others, ...stamped }))
const dialects = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 5 })

test('whatever the attributes are, the span ships, unchanged itself, with a session that is valid or none', () => {
  fc.assert(
    fc.property(attributes, dialects, (own, names) => {
      const frozen = Object.freeze({ ...own })
      const before = Object.entries(frozen)
      const { attributes: got, stats } = shipped(frozen, names)
      expect(stats).toMatchObject({ spans: 1, unreadable: 0 })
      expect(Object.entries(frozen)).toEqual(before)
      expect(Object.getPrototypeOf(got)).toBe(Object.prototype)
      const id = Object.hasOwn(got, 'session.id') ? got['session.id'] : undefined
      if (id !== undefined) expect(checkSessionId(id).ok).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('the session key of a dialect holds the session that is shipped, or is not there', () => {
  fc.assert(
    fc.property(attributes, dialects, (own, names) => {
      const { attributes: got } = shipped(own, names)
      const id = got['session.id']
      if (id === undefined) return
      for (const name of names) {
        for (const key of BACKENDS[name].session) {
          const isRefused = name === 'azure' && (id as string).length > 64
          expect(got[key]).toBe(isRefused ? undefined : id)
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('several dialects give what each of them gives', () => {
  fc.assert(
    fc.property(attributes, dialects, (own, names) => {
      const together = shipped(own, names).attributes
      const plain = shipped(own, []).attributes
      const union: Record<string, unknown> = { ...plain }
      for (const name of names) {
        const alone = shipped(own, [name]).attributes
        for (const [key, value] of Object.entries(alone)) if (value !== plain[key]) union[key] = value
        for (const key of Object.keys(plain)) if (!Object.hasOwn(alone, key)) delete union[key]
      }
      expect(together).toEqual(union)
    }),
    { numRuns: 1000 },
  )
})
