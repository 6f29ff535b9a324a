import { BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { exported } from './support.ts'

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
const backends = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 5 })

test('whatever the attributes are, the span is exported, unchanged itself, with a valid session or none', () => {
  fc.assert(
    fc.property(attributes, backends, (own, names) => {
      const frozen = Object.freeze({ ...own })
      const before = Object.entries(frozen)
      const { attributes: got, stats } = exported(frozen, names)
      expect(stats).toMatchObject({ spans: 1, unreadable: 0 })
      expect(Object.entries(frozen)).toEqual(before)
      expect(Object.getPrototypeOf(got)).toBe(Object.prototype)
      const id = Object.hasOwn(got, 'session.id') ? got['session.id'] : undefined
      if (id !== undefined) expect(checkSessionId(id).ok).toBe(true)
    }),
    { numRuns: runs(2000) },
  )
})

test('the session key of a backend has the exported session, or is missing', () => {
  fc.assert(
    fc.property(attributes, backends, (own, names) => {
      const { attributes: got } = exported(own, names)
      const id = got['session.id']
      if (id === undefined) return
      for (const name of names) {
        for (const key of BACKENDS[name].session) {
          const isTooLong = name === 'azure' && (id as string).length > 64
          expect(got[key]).toBe(isTooLong ? undefined : id)
        }
      }
    }),
    { numRuns: runs(2000) },
  )
})

test('several backends get what each of them gets alone', () => {
  fc.assert(
    fc.property(attributes, backends, (own, names) => {
      const together = exported(own, names).attributes
      const plain = exported(own, []).attributes
      const union: Record<string, unknown> = { ...plain }
      for (const name of names) {
        const alone = exported(own, [name]).attributes
        for (const [key, value] of Object.entries(alone)) if (value !== plain[key]) union[key] = value
        for (const key of Object.keys(plain)) if (!Object.hasOwn(alone, key)) delete union[key]
      }
      expect(together).toEqual(union)
    }),
    { numRuns: runs(1000) },
  )
})
