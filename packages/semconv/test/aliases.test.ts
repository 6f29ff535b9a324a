import {
  explainSession,
  METADATA_READ_MAX_LENGTH,
  NEVER_ALIASES,
  readSessionAlias,
  SESSION_ALIASES,
} from '@otel-sessions/semconv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'

/** Attributes in which exactly these entries of the table name a session, each a different one. */
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
  it('returns the first in the order of the table, whatever the order of the attributes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(everyRank, { minLength: 1 }), (ranks) => {
        const first = Math.min(...ranks)
        const match = readSessionAlias(attributesOf(ranks, (rank) => `id-${rank}`))
        expect(match).toEqual({ id: `id-${first}`, key: SESSION_ALIASES[first]?.key })
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('skips invalid aliases and returns the first valid one', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(everyRank), fc.shuffledSubarray(everyRank), (good, bad) => {
        const isGood = (rank: number) => !bad.includes(rank)
        const first = Math.min(...good.filter(isGood))
        const match = readSessionAlias(
          attributesOf([...new Set([...good, ...bad])], (rank) => (isGood(rank) ? `id-${rank}` : 'é')),
        )
        expect(match?.id).toBe(Number.isFinite(first) ? `id-${first}` : undefined)
      }),
      { numRuns: runs(2_000) },
    )
  })

  it.each(SESSION_ALIASES.map(({ key }, rank) => ({ key, rank })))('reads $key', ({ key, rank }) => {
    expect(readSessionAlias(attributesOf([rank], () => 'x1'))).toEqual({ id: 'x1', key })
  })

  it.each(SESSION_ALIASES.slice(1).map(({ key }, index) => ({ key, rank: index + 1 })))(
    'accepts a safe integer in $key, and rejects placeholders',
    ({ key, rank }) => {
      expect(readSessionAlias(attributesOf([rank], () => 7))).toEqual({ id: '7', key })
      for (const value of [1.5, 2 ** 53, true, 'undefined', '[object Object]', ['a'], null]) {
        expect(readSessionAlias(attributesOf([rank], () => value))).toBeUndefined()
      }
    },
  )

  it.each([...NEVER_ALIASES])('never reads $key, which is $reason', ({ key }) => {
    expect(readSessionAlias({ [key]: 'x1' })).toBeUndefined()
    expect(explainSession({ [key]: 'x1' }).candidates).toMatchObject([{ key, outcome: 'never-an-alias' }])
  })

  it('reads only the top level of metadata, as JSON or as an object, up to 32 kB', () => {
    expect(readSessionAlias({ metadata: '{"deep":{"thread_id":"t1"}}' })).toBeUndefined()
    expect(readSessionAlias({ metadata: { threadId: 't1' } })?.key).toBe('metadata.threadId')
    const padding = 'x'.repeat(METADATA_READ_MAX_LENGTH)
    expect(readSessionAlias({ metadata: JSON.stringify({ thread_id: 't1', padding }) })).toBeUndefined()
  })

  it('does not read bytes in metadata as an object', () => {
    const bytes = Object.assign(new Uint8Array([1]), { thread_id: 't1' })
    expect(readSessionAlias({ metadata: bytes })).toBeUndefined()
  })

  it('reads own properties only', () => {
    expect(readSessionAlias(Object.create({ thread_id: 't1' }))).toBeUndefined()
    expect(readSessionAlias({ metadata: '{"__proto__":{"thread_id":"t1"}}' })).toBeUndefined()
  })

  it('reads metadata of 32 kB, but not of one character more', () => {
    const longest = `{"thread_id":"t1"}${' '.repeat(METADATA_READ_MAX_LENGTH - 18)}`
    expect(longest).toHaveLength(METADATA_READ_MAX_LENGTH)
    expect(readSessionAlias({ metadata: longest })?.id).toBe('t1')
    expect(readSessionAlias({ metadata: `${longest} ` })).toBeUndefined()
  })

  it('does not read an array in metadata', () => {
    const index = [{ key: 'metadata.0', in: 'metadata-json' }] as const
    expect(readSessionAlias({ metadata: '{"0":"t1"}' }, index)?.id).toBe('t1')
    expect(readSessionAlias({ metadata: '["t1"]' }, index)).toBeUndefined()
  })

  it('reads an attribute whose name does not end in US-ASCII', () => {
    expect(readSessionAlias({ größe: 't1' }, ['größe'])?.id).toBe('t1')
    expect(readSessionAlias({ séancé: 't1' }, ['thread_id', 'séancé'])?.id).toBe('t1')
  })

  it('uses the first place of an attribute that is in the table twice', () => {
    expect(readSessionAlias({ a: 'a1', b: 'b1' }, ['a', 'b', 'a'])?.key).toBe('a')
  })

  it('reads keys of metadata before and after an attribute', () => {
    const json = (key: string) => ({ key: `metadata.${key}`, in: 'metadata-json' }) as const
    const table = [json('first'), 'between', json('last')]
    const metadata = '{"last":"l1","first":"f1"}'
    expect(readSessionAlias({ between: 'b1', metadata }, table)?.id).toBe('f1')
    expect(readSessionAlias({ between: 'b1', metadata: '{"last":"l1"}' }, table)?.id).toBe('b1')
    expect(readSessionAlias({ between: 'é', metadata: '{"last":"l1"}' }, table)?.id).toBe('l1')
  })

  it('reads another table in its order', () => {
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

describe('the table', () => {
  const keysOf = (concept: string, place?: string) =>
    SESSION_ALIASES.filter((alias) => alias.concept === concept && alias.in === place).map(({ key }) => key)
  const concepts = ['session', 'conversation', 'thread']

  it('is ordered by concept', () => {
    expect([...new Set(SESSION_ALIASES.map(({ concept }) => concept))]).toEqual(concepts)
    const ranks = SESSION_ALIASES.map(({ concept = '' }) => concepts.indexOf(concept))
    expect(ranks).toEqual(ranks.toSorted((one, other) => one - other))
  })

  it.each([
    ['$ai_session_id', 'session'],
    ['traceloop.association.properties.chat_id', 'conversation'],
    ['ai.telemetry.metadata.chatId', 'conversation'],
    ['spring.ai.chat.client.conversation.id', 'conversation'],
    ['langwatch.thread.id', 'thread'],
    ['wandb.thread_id', 'thread'],
    ['mastra.metadata.threadId', 'thread'],
  ])('says that %s is a %s', (key, concept) => {
    expect(SESSION_ALIASES.find((alias) => alias.key === key)?.concept).toBe(concept)
  })

  it('has each attribute once', () => {
    for (const place of [undefined, 'metadata-json'] as const) {
      const keys = SESSION_ALIASES.filter((alias) => alias.in === place).map(({ key }) => key)
      expect(keys).toEqual([...new Set(keys)])
    }
  })

  it("reads every vendor's own key under every prefix for metadata, and in the JSON of metadata", () => {
    const prefixes = [
      'ai.telemetry.metadata.',
      'ai.settings.context.',
      'mastra.metadata.',
      'langfuse.trace.metadata.',
      'langfuse.observation.metadata.',
      'langsmith.metadata.',
      'traceloop.association.properties.',
      'lmnr.association.properties.',
      'metadata.',
    ]
    const own = {
      session: [
        'session.id',
        'langfuse.session.id',
        'langfuse_session_id',
        'langsmith.metadata.session_id',
        'traceloop.association.properties.session_id',
        'lmnr.association.properties.session_id',
        'honeyhive.session_id',
        'galileo.session.id',
        '$ai_session_id',
        'gcp.vertex.agent.session_id',
        'microsoft.session.id',
        'gen_ai.session.id',
        'eve.session.id',
      ],
      conversation: ['gen_ai.conversation.id', 'spring.ai.chat.client.conversation.id'],
      thread: ['langwatch.thread.id', 'wandb.thread_id', 'langsmith.metadata.thread_id'],
    }
    for (const [concept, keys] of Object.entries(own)) {
      const expected = prefixes.flatMap((prefix) => keys.map((key) => prefix + key))
      expect(keysOf(concept)).toEqual(expect.arrayContaining([...keys, ...expected]))
      const inJson = keys.map((key) => `metadata.${key}`)
      expect(keysOf(concept, 'metadata-json')).toEqual(expect.arrayContaining(inJson))
    }
  })

  it('does not read what is never an alias under such a prefix either', () => {
    for (const { key } of NEVER_ALIASES) {
      expect(readSessionAlias({ [`ai.telemetry.metadata.${key}`]: 'x1' })).toBeUndefined()
      expect(readSessionAlias({ metadata: JSON.stringify({ [key]: 'x1' }) })).toBeUndefined()
    }
  })
})

describe('explainSession', () => {
  it('tells which attribute won, which lost and why', () => {
    const explanation = explainSession({
      'honeyhive.session_id': 'h1',
      session_id: 'café',
      'langfuse.session.id': 'l1',
    })
    expect(explanation).toMatchObject({ id: 'l1', key: 'langfuse.session.id' })
    expect(explanation.candidates.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['session_id', 'rejected'],
      ['langfuse.session.id', 'won'],
      ['honeyhive.session_id', 'lost'],
    ])
    expect(explanation.candidates[0]?.why).toContain('US-ASCII')
    expect(explanation.candidates[2]).toMatchObject({ why: 'langfuse.session.id takes precedence', id: 'h1' })
  })

  it('tells which concept takes precedence over which', () => {
    const whyOf = (attributes: Record<string, string>) =>
      explainSession(attributes).candidates.map(({ why }) => why)
    expect(whyOf({ 'gen_ai.conversation.id': 'c1', 'langwatch.thread.id': 't1', session_id: 's1' })).toEqual([
      'it is the first valid one',
      'a session key takes precedence over a conversation key',
      'a session key takes precedence over a thread key',
    ])
    expect(whyOf({ thread_id: 't1', metadata: '{"chatId":"c1"}' })[1]).toBe(
      'a conversation key takes precedence over a thread key',
    )
  })

  it('tells the key that takes precedence in a table of your own, which has an order and no concepts', () => {
    const { candidates } = explainSession({ session_id: 's1', thread_id: 't1' }, [
      ...SESSION_ALIASES.filter(({ key }) => key === 'thread_id'),
      ...SESSION_ALIASES,
    ])
    expect(candidates.slice(0, 2)).toMatchObject([
      { key: 'thread_id', outcome: 'won' },
      { key: 'session_id', outcome: 'lost', why: 'thread_id takes precedence' },
    ])
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
      { numRuns: runs(2_000) },
    )
  })

  it('lists attributes that cannot be read, and reads the others', () => {
    const fail = () => {
      throw new Error('hostile')
    }
    const hostile = { get: fail, enumerable: true }
    const attributes = Object.defineProperties(
      { thread_id: 't1' },
      { session_id: hostile, metadata: hostile },
    )
    const { id, candidates } = explainSession(attributes)
    expect(id).toBe('t1')
    expect(candidates.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['session_id', 'not-read'],
      ['thread_id', 'won'],
      ['metadata', 'not-read'],
    ])
    expect(readSessionAlias(attributes)).toEqual({ id: 't1', key: 'thread_id' })
  })

  it('lists the ID that was written over the explicit one, and metadata that is too long to read', () => {
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
