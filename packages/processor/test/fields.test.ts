import { context } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import {
  contextWithSession,
  getSession,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
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
    const { tracer, exportedSpans } = startTracing()
    usingSession(RICH, () => tracer.startSpan('span').end())
    expect(exportedSpans()['span']).toEqual({
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

  it('stop piling up in scopes without end: metadata that can never fit is left out, the rest is kept', () => {
    const { tracer, exportedSpans } = startTracing()
    let inside = contextWithSession(context.active(), { sessionId: 'user_1_conv_1', userId: 'user_1' })
    for (let key = 0; key < 2000; key++) {
      inside = contextWithSession(inside, { metadata: { [`key${key}`]: key }, tags: ['web'] })
    }
    context.with(inside, () => {
      expect(Object.keys(getSession()?.metadata ?? {}).length).toBeLessThan(1000)
      tracer.startSpan('deep').end()
      usingSession({ sessionId: null, metadata: { plan: 'pro' } }, () => tracer.startSpan('cleared').end())
    })
    expect(exportedSpans()).toEqual({
      deep: { 'session.id': 'user_1_conv_1', 'user.id': 'user_1', 'tag.tags': ['web'] },
      cleared: { metadata: '{"plan":"pro"}' },
    })
  })

  it('may get shorter again in an inner scope, as long as the keys can fit', () => {
    const { tracer, exportedSpans } = startTracing()
    const long = { a: 'x'.repeat(3000), b: 'x'.repeat(3000) }
    usingSession({ sessionId: 'user_1_conv_1', metadata: { a: long.a } }, () =>
      usingSession({ metadata: { b: long.b } }, () => {
        tracer.startSpan('too long').end()
        usingSession({ metadata: { a: 1, b: 2 } }, () => tracer.startSpan('short').end())
      }),
    )
    expect(exportedSpans()['too long']).not.toHaveProperty('metadata')
    expect(exportedSpans()['short']?.['metadata']).toBe('{"a":1,"b":2}')
  })

  it('lose the outer conversation and previous session in another session, and keep the rest', () => {
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

  it('of the outer scope do not apply where the session is cleared or rejected, because the user is unknown', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession(RICH, () => {
      usingSession(null, () => tracer.startSpan('left').end())
      usingSession(undefined as never, () => tracer.startSpan('rejected').end())
      usingSession({ sessionId: 'é', userId: 'user_2' }, () => tracer.startSpan('rejected with user').end())
    })
    expect(exportedSpans()).toEqual({ left: {}, rejected: {}, 'rejected with user': { 'user.id': 'user_2' } })
  })

  it('remove the outer user if they are rejected or null', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () => {
      usingSession({ userId: 'böb' }, () => {
        tracer.startSpan('rejected').end()
        usingSession({ tags: ['deep'] }, () => tracer.startSpan('below').end())
      })
      usingSession({ userId: null }, () => tracer.startSpan('taken away').end())
      usingSession({ userId: undefined }, () => tracer.startSpan('not given').end())
    })
    const session = { 'session.id': 'user_1_conv_1' }
    expect(exportedSpans()).toEqual({
      rejected: session,
      below: { ...session, 'tag.tags': ['deep'] },
      'taken away': session,
      'not given': { ...session, 'user.id': 'user_1' },
    })
  })

  it('do not overwrite attributes of the span', () => {
    const { tracer, exportedSpans } = startTracing()
    const own = { 'user.id': 'own', metadata: '{"own":1}', 'tag.tags': ['own'] }
    usingSession(RICH, () => tracer.startSpan('span', { attributes: own }).end())
    expect(exportedSpans()['span']).toMatchObject({ ...own, 'session.id': 'user_1_conv_1' })
  })

  it('without a session are stamped on spans with an inferred session or none; their conversation is never read as an alias', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession({ userId: 'user_1', conversationId: 'conv_1', metadata: { thread_id: 'x' } }, () => {
      tracer.startSpan('unassigned').end()
      tracer.startSpan('inferred', { attributes: { thread_id: 't1' } }).end()
    })
    const fields = { 'user.id': 'user_1', 'gen_ai.conversation.id': 'conv_1', metadata: '{"thread_id":"x"}' }
    expect(exportedSpans()).toEqual({
      unassigned: fields,
      inferred: { ...fields, thread_id: 't1', 'session.id': 't1' },
    })
  })

  it('are not stamped on a span whose explicit session comes from elsewhere', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession(RICH, () =>
      tracer.startSpan('other', { attributes: { 'session.id': 'user_2_conv_1' } }).end(),
    )
    expect(exportedSpans()['other']).toEqual({ 'session.id': 'user_2_conv_1' })
  })

  it('of setSpanSession are written on the span and inherited with the ID', () => {
    const { tracer, exportedSpans } = startTracing()
    tracer.startActiveSpan('parent', (parent) => {
      setSpanSession(parent, { sessionId: 'user_1_conv_1', userId: 'user_1' })
      expect(getSession()).toMatchObject({ sessionId: 'user_1_conv_1', userId: 'user_1', source: 'span' })
      tracer.startSpan('child').end()
      parent.end()
    })
    const expected = { 'session.id': 'user_1_conv_1', 'user.id': 'user_1' }
    expect(exportedSpans()).toEqual({ child: expected, parent: expected })
  })
})

describe('fields that setSpanSession adds to a span with an explicit session', () => {
  it('are inherited by children that start later, and by no others', () => {
    const { tracer, exportedSpans } = startTracing()
    tracer.startActiveSpan('parent', { attributes: { 'session.id': 'user_1_conv_1' } }, (parent) => {
      tracer.startSpan('before').end()
      setSpanSession(parent, { userId: 'user_1' })
      tracer.startSpan('after').end()
      parent.end()
    })
    const session = { 'session.id': 'user_1_conv_1' }
    expect(exportedSpans()).toMatchObject({ before: session, after: { ...session, 'user.id': 'user_1' } })
    expect(exportedSpans()['before']).toEqual(session)
  })
})

describe('fields of the session before setSpanSession', () => {
  it('are exported neither with another session nor without one', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession(RICH, () => {
      const other = tracer.startSpan('other')
      setSpanSession(other, 'user_2_conv_1')
      other.end()
      const set = tracer.startSpan('set')
      setSpanSession(set, { sessionId: 'user_2_conv_1', userId: 'user_2' })
      set.end()
      const none = tracer.startSpan('none')
      setSpanSession(none, null)
      none.end()
      const same = tracer.startSpan('same')
      setSpanSession(same, RICH.sessionId)
      same.end()
    })
    const ids = { 'session.id': 'user_2_conv_1' }
    expect(exportedSpans()).toMatchObject({ other: ids, set: { ...ids, 'user.id': 'user_2' }, none: {} })
    expect(Object.keys(exportedSpans()['other'] ?? {})).toEqual(['session.id'])
    expect(Object.keys(exportedSpans()['set'] ?? {}).sort()).toEqual(['session.id', 'user.id'])
    expect(exportedSpans()['none']).toEqual({})
    expect(exportedSpans()['same']).toMatchObject({ 'session.id': RICH.sessionId, 'user.id': 'user_1' })
  })
})

describe('what the application wrote over stamped fields before setSpanSession', () => {
  it('stays, even if it looks like a stamped field', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_12', tags: ['web', 'eu'] }, () => {
      const span = tracer.startSpan('span')
      span.setAttributes({ 'user.id': 'user_1', 'tag.tags': ['their', 'own'] })
      setSpanSession(span, { sessionId: 'user_2_conv_1', tags: ['ours'] })
      span.end()
    })
    expect(exportedSpans()['span']).toEqual({
      'session.id': 'user_2_conv_1',
      'user.id': 'user_1',
      'tag.tags': ['their', 'own'],
    })
  })

  it('is removed if it is a stamped field that the SDK truncated', () => {
    const { tracer, exportedSpans } = startTracing({}, { spanLimits: { attributeValueLengthLimit: 4 } })
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_12', tags: ['website', 'eu'] }, () => {
      const span = tracer.startSpan('span')
      setSpanSession(span, null)
      span.end()
    })
    expect(exportedSpans()).toEqual({ span: {} })
  })
})

describe('a child of a span whose fields were removed', () => {
  it('keeps its own attributes', () => {
    const { tracer, exportedSpans } = startTracing()
    usingSession({ sessionId: 'user_1_conv_1', userId: 'user_1' }, () =>
      tracer.startActiveSpan('parent', (parent) => {
        setSpanSession(parent, null)
        tracer.startSpan('child', { attributes: { 'user.id': 'user_1' } }).end()
        parent.end()
      }),
    )
    expect(exportedSpans()).toEqual({ child: { 'user.id': 'user_1' }, parent: {} })
  })
})

describe('metadata that something overwrites later', () => {
  const replace = (tracing: ReturnType<typeof startTracing>, value: string) => {
    usingSession({ sessionId: 'user_1_conv_1', metadata: { plan: 'pro', seats: 3 } }, () => {
      const span = tracing.tracer.startSpan('span')
      span.setAttribute('metadata', value)
      span.end()
    })
    return tracing.exportedSpans()['span']?.['metadata']
  }

  it.each(['with onEnding', 'without onEnding'])(
    'is merged under the new metadata, whose keys take precedence (%s)',
    (sdk) => {
      const processor = new SessionSpanProcessor()
      const spanProcessors = [sdk === 'with onEnding' ? processor : withoutOnEnding(processor)]
      const merged = replace(startTracing({}, { spanProcessors }), '{"seats":9,"thread_id":"t1"}')
      expect(JSON.parse(merged as string)).toEqual({ plan: 'pro', seats: 9, thread_id: 't1' })
    },
  )

  it('is merged up to 4 kB together, and not a character more', () => {
    const ours = '{"plan":"pro","seats":3,'
    const longest = JSON.stringify({ long: 'x'.repeat(4096 - ours.length - '"long":""}'.length) })
    const together = replace(startTracing(), longest)
    expect(together).toBe(ours + longest.slice(1))
    expect(together).toHaveLength(4096)
    stopTracing()
    const more = longest.replace('x', 'xx')
    expect(replace(startTracing(), more)).toBe(more)
  })

  it('is not merged with an array', () => {
    expect(replace(startTracing(), '["a","b"]')).toBe('["a","b"]')
  })

  it('is not merged if the new metadata has all of it', () => {
    const processor = new SessionSpanProcessor()
    const tracing = startTracing({}, { spanProcessors: [withoutOnEnding(processor)] })
    const theirs = '{"plan":"pro","seats":3,"thread_id":"t1"}'
    expect(replace(tracing, theirs)).toBe(theirs)
    expect(tracing.exporter.stats().changed).toBe(0)
  })

  it('with an object, as SDK 3 permits, is merged, and stays an object', () => {
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

  it('is not merged if the new one is not a JSON object, or the two exceed 4 kB', () => {
    expect(replace(startTracing(), 'plain text')).toBe('plain text')
    stopTracing()
    const long = JSON.stringify({ long: 'x'.repeat(4080) })
    expect(replace(startTracing(), long)).toBe(long)
  })
})
