import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { getSession, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing, withoutOnEnding } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const RICH = {
  sessionId: 'user_1_conv_1',
  conversationId: 'conv_1',
  userId: 'user_1',
  previousSessionId: 'user_1_conv_0',
  metadata: { plan: 'pro', seats: 3, beta: true },
  tags: ['web', 'eu'],
}

describe('user, conversation, metadata and tags', () => {
  it('are stamped on every span of the scope; the previous session is not', () => {
    const { tracer, shipped } = startTracing()
    usingSession(RICH, () => tracer.startSpan('span').end())
    expect(shipped()['span']).toEqual({
      'session.id': 'user_1_conv_1',
      'gen_ai.conversation.id': 'conv_1',
      'user.id': 'user_1',
      metadata: '{"plan":"pro","seats":3,"beta":true}',
      'tag.tags': ['web', 'eu'],
    })
  })

  it('merge in nested scopes: inner wins, tags unite, metadata merges key by key', () => {
    startTracing()
    usingSession(RICH, () =>
      usingSession({ userId: 'user_2', metadata: { seats: 4 }, tags: ['eu', 'late'] }, () => {
        expect(getSession()).toEqual({
          ...RICH,
          userId: 'user_2',
          metadata: { plan: 'pro', seats: 4, beta: true },
          tags: ['web', 'eu', 'late'],
          source: 'scope',
        })
      }),
    )
  })

  it('a new session drops the outer conversation and the previous session, and keeps the rest', () => {
    startTracing()
    usingSession(RICH, () =>
      usingSession('user_1_conv_2', () => {
        const session = getSession()
        expect(session).toMatchObject({ sessionId: 'user_1_conv_2', userId: 'user_1', tags: ['web', 'eu'] })
        expect(session?.conversationId).toBeUndefined()
        expect(session?.previousSessionId).toBeUndefined()
      }),
    )
  })

  it('of the outer scope are gone where a session is left or refused: whose work it is, is not known', () => {
    const { tracer, shipped } = startTracing()
    usingSession(RICH, () => {
      usingSession(null, () => tracer.startSpan('left').end())
      usingSession(undefined as never, () => tracer.startSpan('refused').end())
      usingSession({ sessionId: 'é', userId: 'user_2' }, () => tracer.startSpan('refused with user').end())
    })
    expect(shipped()).toEqual({ left: {}, refused: {}, 'refused with user': { 'user.id': 'user_2' } })
  })

  it('that are refused, or null, do not leave the outer user in force', () => {
    const { tracer, shipped } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () => {
      usingSession({ userId: 'böb' }, () => {
        tracer.startSpan('refused').end()
        usingSession({ tags: ['deep'] }, () => tracer.startSpan('below').end())
      })
      usingSession({ userId: null }, () => tracer.startSpan('taken away').end())
      usingSession({ userId: undefined }, () => tracer.startSpan('not given').end())
    })
    const session = { 'session.id': 'user_1_conv_1' }
    expect(shipped()).toEqual({
      refused: session,
      below: { ...session, 'tag.tags': ['deep'] },
      'taken away': session,
      'not given': { ...session, 'user.id': 'user_1' },
    })
  })

  it('do not overwrite what the span has', () => {
    const { tracer, shipped } = startTracing()
    const own = { 'user.id': 'own', metadata: '{"own":1}', 'tag.tags': ['own'] }
    usingSession(RICH, () => tracer.startSpan('span', { attributes: own }).end())
    expect(shipped()['span']).toMatchObject({ ...own, 'session.id': 'user_1_conv_1' })
  })

  it('without a session are stamped on hinted and bare spans, and our conversation is never read as an alias', () => {
    const { tracer, shipped } = startTracing()
    usingSession({ userId: 'user_1', conversationId: 'conv_1', metadata: { thread_id: 'x' } }, () => {
      tracer.startSpan('bare').end()
      tracer.startSpan('hinted', { attributes: { thread_id: 't1' } }).end()
    })
    const fields = { 'user.id': 'user_1', 'gen_ai.conversation.id': 'conv_1', metadata: '{"thread_id":"x"}' }
    expect(shipped()).toEqual({ bare: fields, hinted: { ...fields, thread_id: 't1', 'session.id': 't1' } })
  })

  it('stay off a span whose session is stated elsewhere', () => {
    const { tracer, shipped } = startTracing()
    usingSession(RICH, () =>
      tracer.startSpan('other', { attributes: { 'session.id': 'user_2_conv_1' } }).end(),
    )
    expect(shipped()['other']).toEqual({ 'session.id': 'user_2_conv_1' })
  })

  it('given to setSpanSession are written on the span and inherited with the ID', () => {
    const { tracer, shipped } = startTracing()
    tracer.startActiveSpan('parent', (parent) => {
      setSpanSession(parent, { sessionId: 'user_1_conv_1', userId: 'user_1' })
      expect(getSession()).toMatchObject({ sessionId: 'user_1_conv_1', userId: 'user_1', source: 'span' })
      tracer.startSpan('child').end()
      parent.end()
    })
    const expected = { 'session.id': 'user_1_conv_1', 'user.id': 'user_1' }
    expect(shipped()).toEqual({ child: expected, parent: expected })
  })
})

describe('fields that setSpanSession adds to a stated span', () => {
  it('go to the children that start later, and to those alone', () => {
    const { tracer, shipped } = startTracing()
    tracer.startActiveSpan('parent', { attributes: { 'session.id': 'user_1_conv_1' } }, (parent) => {
      tracer.startSpan('before').end()
      setSpanSession(parent, { userId: 'user_1' })
      tracer.startSpan('after').end()
      parent.end()
    })
    const session = { 'session.id': 'user_1_conv_1' }
    expect(shipped()).toMatchObject({ before: session, after: { ...session, 'user.id': 'user_1' } })
    expect(shipped()['before']).toEqual(session)
  })
})

describe('fields of the session before setSpanSession', () => {
  it('are not shipped with another session, nor with none', () => {
    const { tracer, shipped } = startTracing()
    usingSession(RICH, () => {
      const other = tracer.startSpan('other')
      setSpanSession(other, 'user_2_conv_1')
      other.end()
      const told = tracer.startSpan('told')
      setSpanSession(told, { sessionId: 'user_2_conv_1', userId: 'user_2' })
      told.end()
      const none = tracer.startSpan('none')
      setSpanSession(none, null)
      none.end()
      const same = tracer.startSpan('same')
      setSpanSession(same, RICH.sessionId)
      same.end()
    })
    const ids = { 'session.id': 'user_2_conv_1' }
    expect(shipped()).toMatchObject({ other: ids, told: { ...ids, 'user.id': 'user_2' }, none: {} })
    expect(Object.keys(shipped()['other'] ?? {})).toEqual(['session.id'])
    expect(Object.keys(shipped()['told'] ?? {}).sort()).toEqual(['session.id', 'user.id'])
    expect(shipped()['none']).toEqual({})
    expect(shipped()['same']).toMatchObject({ 'session.id': RICH.sessionId, 'user.id': 'user_1' })
  })
})

describe('what the application wrote over our fields, before setSpanSession', () => {
  it('stays: it is not ours to take away, however much it looks like it', () => {
    const { tracer, shipped } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_12', tags: ['web', 'eu'] }, () => {
      const span = tracer.startSpan('span')
      span.setAttributes({ 'user.id': 'user_1', 'tag.tags': ['their', 'own'] })
      setSpanSession(span, { sessionId: 'user_2_conv_1', tags: ['ours'] })
      span.end()
    })
    expect(shipped()['span']).toEqual({
      'session.id': 'user_2_conv_1',
      'user.id': 'user_1',
      'tag.tags': ['their', 'own'],
    })
  })

  it('goes where it is ours and the SDK truncated it', () => {
    const { tracer, shipped } = startTracing({}, { spanLimits: { attributeValueLengthLimit: 4 } })
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_12', tags: ['website', 'eu'] }, () => {
      const span = tracer.startSpan('span')
      setSpanSession(span, null)
      span.end()
    })
    expect(shipped()).toEqual({ span: {} })
  })
})

describe('a child of a span whose fields were taken away', () => {
  it('keeps what it has of its own', () => {
    const { tracer, shipped } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () =>
      tracer.startActiveSpan('parent', (parent) => {
        setSpanSession(parent, null)
        tracer.startSpan('child', { attributes: { 'user.id': 'user_1' } }).end()
        parent.end()
      }),
    )
    expect(shipped()).toEqual({ child: { 'user.id': 'user_1' }, parent: {} })
  })
})

describe('metadata that something replaces later', () => {
  const replace = (tracing: ReturnType<typeof startTracing>, value: string) => {
    usingSession({ sessionId: 'user_1_conv_1', metadata: { plan: 'pro', seats: 3 } }, () => {
      const span = tracing.tracer.startSpan('span')
      span.setAttribute('metadata', value)
      span.end()
    })
    return tracing.shipped()['span']?.['metadata']
  }

  it.each(['with onEnding', 'without onEnding'])(
    'keeps ours under theirs, their keys winning (%s)',
    (sdk) => {
      const processor = new SessionSpanProcessor()
      const spanProcessors = [sdk === 'with onEnding' ? processor : withoutOnEnding(processor)]
      const merged = replace(startTracing({}, { spanProcessors }), '{"seats":9,"thread_id":"t1"}')
      expect(JSON.parse(merged as string)).toEqual({ plan: 'pro', seats: 9, thread_id: 't1' })
    },
  )

  it('keeps ours up to 4 kB together, and not a character more', () => {
    const ours = '{"plan":"pro","seats":3,'
    const longest = JSON.stringify({ long: 'x'.repeat(4096 - ours.length - '"long":""}'.length) })
    const together = replace(startTracing(), longest)
    expect(together).toBe(ours + longest.slice(1))
    expect(together).toHaveLength(4096)
    stopTracing()
    const more = longest.replace('x', 'xx')
    expect(replace(startTracing(), more)).toBe(more)
  })

  it('is an array: it stays as it is', () => {
    expect(replace(startTracing(), '["a","b"]')).toBe('["a","b"]')
  })

  it('has all of ours already: nothing is changed', () => {
    const processor = new SessionSpanProcessor()
    const tracing = startTracing({}, { spanProcessors: [withoutOnEnding(processor)] })
    const theirs = '{"plan":"pro","seats":3,"thread_id":"t1"}'
    expect(replace(tracing, theirs)).toBe(theirs)
    expect(tracing.exporter.stats().changed).toBe(0)
  })

  it('by an object, as SDK 3 permits, is merged and stays an object', () => {
    const asSdk3: SpanProcessor = {
      onStart: () => {},
      onEnd: (span) => Object.assign(span.attributes, { metadata: { seats: 9 } }),
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    const ours = withoutOnEnding(new SessionSpanProcessor())
    const tracing = startTracing({}, { spanProcessors: [asSdk3, ours] })
    expect(replace(tracing, '{}')).toEqual({ plan: 'pro', seats: 9 })
  })

  it('stays as it is where it is no JSON object, or the two do not fit into 4 kB', () => {
    expect(replace(startTracing(), 'plain text')).toBe('plain text')
    stopTracing()
    const long = JSON.stringify({ long: 'x'.repeat(4080) })
    expect(replace(startTracing(), long)).toBe(long)
  })
})
