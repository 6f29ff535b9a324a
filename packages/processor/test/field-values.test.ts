import { getSession, processStats, type SessionInit, usingSession } from '@otel-sessions/processor'
import { METADATA_MAX_LENGTH, TAG_MAX_LENGTH, TAGS_MAX_COUNT } from '@otel-sessions/semconv'
import { afterEach, describe, expect, it } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

/** What a span in a session with these fields is exported with, and what was counted. */
function shipWith(fields: Partial<Record<keyof SessionInit, unknown>>) {
  const { tracer, exportedSpans } = startTracing()
  const problems = problemsOf(
    () => processStats().problems,
    () => usingSession({ sessionId: 'user_1_conv_1', ...fields } as never, () => tracer.startSpan('s').end()),
  )
  const { 'session.id': _, ...stamped } = exportedSpans()['s'] ?? {}
  return { ...stamped, problems }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `tag ${index}`)

describe('tags', () => {
  it('have at most 200 characters; longer ones are left out', () => {
    const longest = 'x'.repeat(TAG_MAX_LENGTH)
    expect(shipWith({ tags: [longest] })).toEqual({ 'tag.tags': [longest], problems: {} })
    expect(shipWith({ tags: ['web', `${longest}x`, 7] })).toEqual({
      'tag.tags': ['web'],
      problems: { 'tags:bad-tag': 2 },
    })
  })

  it('are at most 32; of more, the first 32 are stamped', () => {
    const most = numbered(TAGS_MAX_COUNT)
    expect(shipWith({ tags: most })).toEqual({ 'tag.tags': most, problems: {} })
    expect(shipWith({ tags: numbered(40) })).toEqual({
      'tag.tags': most,
      problems: { 'tags:too-many': 1 },
    })
  })

  it.each([3, 30])('are stamped once each, if given twice (%i tags)', (count) => {
    const tags = numbered(count)
    expect(shipWith({ tags: [...tags, ...tags] })).toEqual({ 'tag.tags': tags, problems: {} })
  })

  it('of nested scopes are at most 32 together', () => {
    startTracing()
    const tags = usingSession({ tags: numbered(30) }, () =>
      usingSession({ sessionId: 'user_1_conv_1', tags: ['a', 'b', 'c', 'd'] }, () => getSession()?.tags),
    )
    expect(tags).toEqual([...numbered(30), 'a', 'b'])
  })
})

describe('metadata', () => {
  it('has at most 4 kB as JSON, and not a character more', () => {
    const longest = 'x'.repeat(METADATA_MAX_LENGTH - '{"a":""}'.length)
    expect(shipWith({ metadata: { a: longest } })).toEqual({
      metadata: `{"a":"${longest}"}`,
      problems: {},
    })
    expect(shipWith({ metadata: { a: `${longest}x` } })).toEqual({ problems: { 'metadata:too-long': 1 } })
  })

  it('is stamped without invalid values; undefined counts as absent', () => {
    const metadata = { plan: 'pro', seats: 3, nested: {}, list: ['a'], not: Number.NaN, none: undefined }
    expect(shipWith({ metadata })).toEqual({
      metadata: '{"plan":"pro","seats":3}',
      problems: { 'metadata:bad-value': 3 },
    })
    expect(Object.keys(metadata)).toHaveLength(6)
  })

  it('is not stamped if nothing valid is left', () => {
    expect(shipWith({ metadata: { none: undefined } })).toEqual({ problems: {} })
  })
})

describe('fields that the application changes while the scope lasts', () => {
  it('stay as they were when the scope was entered', () => {
    const { tracer, exportedSpans } = startTracing()
    const tags = ['web']
    const metadata = { plan: 'pro' }
    usingSession({ sessionId: 'user_1_conv_1', tags, metadata }, () => {
      tags.push('late')
      metadata.plan = 'free'
      tracer.startSpan('span').end()
    })
    expect(exportedSpans()['span']).toMatchObject({ 'tag.tags': ['web'], metadata: '{"plan":"pro"}' })
  })

  it('cannot be changed through getSession', () => {
    startTracing()
    usingSession({ sessionId: 'user_1_conv_1', tags: ['web'], metadata: { plan: 'pro' } }, () => {
      const session = getSession()
      expect(Object.isFrozen(session)).toBe(true)
      expect(Object.isFrozen(session?.tags)).toBe(true)
      expect(Object.isFrozen(session?.metadata)).toBe(true)
    })
  })
})

describe('the active session, entered again', () => {
  it('keeps its conversation and its previous session', () => {
    startTracing()
    const outer = { sessionId: 'user_1_conv_1', conversationId: 'conv_1', previousSessionId: 'user_1_conv_0' }
    usingSession(outer, () =>
      usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () =>
        expect(getSession()).toMatchObject({ ...outer, userId: 'user_1' }),
      ),
    )
  })
})

describe('a session given as an instance of a class', () => {
  it('is read like an object literal', () => {
    startTracing()
    class Conversation {
      readonly sessionId = 'user_1_conv_1'
      readonly userId = 'user_1'
    }
    const session = usingSession(new Conversation(), () => getSession())
    expect(session).toMatchObject({ sessionId: 'user_1_conv_1', userId: 'user_1' })
  })

  it('keeps the active session if it has no prototype and no sessionId', () => {
    startTracing()
    const inside = usingSession('user_1_conv_1', () => usingSession(Object.create(null), () => getSession()))
    expect(inside?.sessionId).toBe('user_1_conv_1')
  })
})
