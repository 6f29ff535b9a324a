import {
  explainSession,
  METADATA_READ_MAX_LENGTH,
  NEVER_ALIASES,
  readSessionAlias,
  SESSION_ALIASES,
} from '@otel-sessions/semconv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Attributes in which exactly these entries of the table name a session, each its own. */
function attributesOf(ranks: number[], idOf: (rank: number) => unknown): Record<string, unknown> {
  const attributes: Record<string, unknown> = {}
  const json: Record<string, unknown> = {}
  for (const rank of ranks) {
    const { key, in: place } = SESSION_ALIASES[rank] as (typeof SESSION_ALIASES)[number]
    if (place === 'metadata-json') json[key.slice('metadata.'.length)] = idOf(rank)
    else attributes[key] = idOf(rank)
  }
  if (Object.keys(json).length > 0) attributes['metadata'] = JSON.stringify(json)
  return attributes
}

const everyRank = SESSION_ALIASES.map((_, rank) => rank)

describe('reading aliases', () => {
  it('takes the first in the order of the table, whatever the order of the attributes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(everyRank, { minLength: 1 }), (ranks) => {
        const first = Math.min(...ranks)
        const match = readSessionAlias(attributesOf(ranks, (rank) => `id-${rank}`))
        expect(match).toEqual({ id: `id-${first}`, key: SESSION_ALIASES[first]?.key })
      }),
      { numRuns: 2_000 },
    )
  })

  it('passes over invalid ones and takes the first valid one', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(everyRank), fc.shuffledSubarray(everyRank), (good, bad) => {
        const isGood = (rank: number) => !bad.includes(rank)
        const first = Math.min(...good.filter(isGood))
        const match = readSessionAlias(
          attributesOf([...new Set([...good, ...bad])], (rank) => (isGood(rank) ? `id-${rank}` : 'é')),
        )
        expect(match?.id).toBe(Number.isFinite(first) ? `id-${first}` : undefined)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(SESSION_ALIASES.map(({ key }, rank) => ({ key, rank })))('reads $key', ({ key, rank }) => {
    expect(readSessionAlias(attributesOf([rank], () => 'x1'))).toEqual({ id: 'x1', key })
  })

  it.each(SESSION_ALIASES.slice(1).map(({ key }, index) => ({ key, rank: index + 1 })))(
    'takes a safe integer for $key, and no placeholder',
    ({ key, rank }) => {
      expect(readSessionAlias(attributesOf([rank], () => 7))).toEqual({ id: '7', key })
      for (const value of [1.5, 2 ** 53, true, 'undefined', '[object Object]', ['a'], null]) {
        expect(readSessionAlias(attributesOf([rank], () => value))).toBeUndefined()
      }
    },
  )

  it.each([...NEVER_ALIASES])('never takes $key, which is $reason', ({ key }) => {
    expect(readSessionAlias({ [key]: 'x1' })).toBeUndefined()
    expect(explainSession({ [key]: 'x1' }).candidates).toMatchObject([{ key, outcome: 'never-an-alias' }])
  })

  it('reads the top level of metadata only, as JSON or as an object, up to 32 kB', () => {
    expect(readSessionAlias({ metadata: '{"deep":{"thread_id":"t1"}}' })).toBeUndefined()
    expect(readSessionAlias({ metadata: { threadId: 't1' } })?.key).toBe('metadata.threadId')
    const padding = 'x'.repeat(METADATA_READ_MAX_LENGTH)
    expect(readSessionAlias({ metadata: JSON.stringify({ thread_id: 't1', padding }) })).toBeUndefined()
  })

  it('reads own properties only', () => {
    expect(readSessionAlias(Object.create({ thread_id: 't1' }))).toBeUndefined()
    expect(readSessionAlias({ metadata: '{"__proto__":{"thread_id":"t1"}}' })).toBeUndefined()
  })

  it('takes another table, in its order', () => {
    const attributes = { thread_id: 't1', 'app.chat': 'c1' }
    expect(readSessionAlias(attributes, ['app.chat', ...SESSION_ALIASES])).toEqual({
      id: 'c1',
      key: 'app.chat',
    })
    expect(readSessionAlias(attributes, [])).toBeUndefined()
    const json = { metadata: '{"ticket":"t9"}' }
    expect(readSessionAlias(json, [{ key: 'metadata.ticket', in: 'metadata-json' }])?.id).toBe('t9')
  })
})

describe('explainSession', () => {
  it('says which key won, which lost and why', () => {
    const explanation = explainSession({ session_id: 'café', thread_id: 't1', 'langfuse.session.id': 'l1' })
    expect(explanation).toMatchObject({ id: 't1', key: 'thread_id' })
    expect(explanation.candidates.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['session_id', 'passed-over'],
      ['thread_id', 'won'],
      ['langfuse.session.id', 'lost'],
    ])
    expect(explanation.candidates[0]?.why).toContain('US-ASCII')
  })

  it('agrees with readSessionAlias on any attributes', () => {
    const keys = fc.constantFrom('metadata', ...SESSION_ALIASES.map(({ key }) => key))
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constant('undefined'),
      fc.constant('{"thread_id":"t1"}'),
    )
    fc.assert(
      fc.property(fc.dictionary(keys, values), (attributes) => {
        const { id, key } = explainSession(attributes)
        expect(readSessionAlias(attributes)).toEqual(id === undefined ? undefined : { id, key })
      }),
      { numRuns: 2_000 },
    )
  })

  it('shows the ID that was written over the stated one, and metadata that is too long to read', () => {
    const metadata = JSON.stringify({ thread_id: 't1', padding: 'x'.repeat(METADATA_READ_MAX_LENGTH) })
    const { candidates } = explainSession({
      'session.id': 'a',
      'otel_sessions.overwritten_id': 'b',
      metadata,
    })
    expect(candidates.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['session.id', 'won'],
      ['metadata', 'not-read'],
      ['otel_sessions.overwritten_id', 'overwritten'],
    ])
  })
})
