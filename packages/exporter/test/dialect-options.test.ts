import { SessionSpanExporter } from '@otel-sessions/exporter'
import { BACKENDS, type SessionBackend } from '@otel-sessions/exporter/backends'
import { describe, expect, it, test } from 'vitest'
import { shipped } from './dialect-support.ts'

const delegate = { export() {}, async shutdown() {} }
const make = (dialects: unknown) => () => new SessionSpanExporter(delegate, { dialects } as never)
const own = (more: object) => [{ name: 'own', session: ['own.id'], ...more }]

test('an unknown name is refused, with the known ones', () => {
  const known = Object.keys(BACKENDS).toSorted().join(', ')
  expect(make(['langfuse', 'langfuze'])).toThrow(
    `SessionSpanExporter: option dialects has no dialect "langfuze"; there are ${known}`,
  )
  for (const name of ['constructor', '__proto__', 'toString', ''])
    expect(make([name])).toThrow('has no dialect')
})

test.each([
  ['phoenix', '"phoenix" is the dialect "openinference"'],
  ['arize', '"arize" is the dialect "openinference"'],
  ['wandb', '"wandb" is the dialect "weave"'],
  ['comet', '"comet" is the dialect "opik"'],
  ['keywordsai', '"keywordsai" is the dialect "respan"'],
  ['deepeval', '"deepeval" is the dialect "confident"'],
  ['application-insights', '"application-insights" is the dialect "azure"'],
  ['Langfuse', '"Langfuse" is the dialect "langfuse"'],
  ['LangSmith', '"LangSmith" is the dialect "langsmith"'],
  ['W&B', '"W&B" is the dialect "weave"'],
])('the name %s, which people call it, is refused with the one that it has here', (name, hint) => {
  expect(make([name])).toThrow(`option dialects has no dialect ${JSON.stringify(name)}: ${hint}; there are`)
})

test('the attributes as they are stamped may be named where they belong', () => {
  expect(
    make([
      {
        name: 'plain',
        session: ['session.id'],
        alsoReads: ['session.id'],
        conversation: 'gen_ai.conversation.id',
        user: 'user.id',
        tags: { key: 'tag.tags', form: 'array' },
        metadata: { key: 'metadata', form: 'json' },
      },
      ...Object.values(BACKENDS),
    ]),
  ).not.toThrow()
})

test.each([
  ['langfuse', 'option dialects must be an array of names or dialects, it is a string of 8 characters'],
  [{}, 'option dialects must be an array'],
  [null, 'option dialects must be an array'],
  [[7], 'dialects[0] must be a name or an object, it is a value of type number'],
  [['otel', null], 'dialects[1] must be a name or an object, it is null'],
  [[[]], 'dialects[0] must be a name or an object, it is an array'],
  [[{ session: [] }], 'dialects[0].name must be a string that is not empty, it is undefined'],
  [own({ session: 'own.id' }), 'dialects[0].session must be an array of names of attributes'],
  [own({ session: [''] }), 'dialects[0].session[0] must be the name of an attribute'],
  [own({ session: ['__proto__'] }), 'dialects[0].session[0] must not be __proto__'],
  [own({ session: ['a', 'user.id'] }), 'dialects[0].session[1] must not be user.id'],
  [own({ session: ['otel_sessions.overwritten_id'] }), 'dialects[0].session[0] must not be otel_sessions.'],
  [
    own({ alsoReads: ['gen_ai.conversation.id'] }),
    'dialects[0].alsoReads[0] must not be gen_ai.conversation.id',
  ],
  [
    own({ conversation: 'user.id', conversationFromSession: true }),
    'dialects[0].conversation must not be user.id',
  ],
  [own({ user: 'session.id' }), 'dialects[0].user must not be session.id'],
  [own({ tags: { key: 'user.id', form: 'array' } }), 'dialects[0].tags.key must not be user.id'],
  [own({ metadata: { key: 'tag.tags', form: 'json' } }), 'dialects[0].metadata.key must not be tag.tags'],
  [own({ extras: { 'session.id': 'x' } }), 'dialects[0].extras["session.id"] must not be session.id'],
  [[...own({}), ...own({ user: 'own.user' })], 'option dialects has two dialects named "own"'],
  [['azure', { name: 'azure', session: ['own.id'] }], 'option dialects has two dialects named "azure"'],
  [own({ sesion: [] }), 'dialects[0] has no property "sesion"; there are name, session, '],
  [own({ alsoReads: [1] }), 'dialects[0].alsoReads[0] must be the name of an attribute'],
  [own({ user: 7 }), 'dialects[0].user must be the name of an attribute'],
  [own({ conversation: '' }), 'dialects[0].conversation must be the name of an attribute'],
  [own({ conversationFromSession: 'yes' }), 'dialects[0].conversationFromSession must be true or false'],
  [own({ tags: 'own.tags' }), 'dialects[0].tags must be an object'],
  [own({ tags: { key: 'a', form: 'csv' } }), 'dialects[0].tags.form must be '],
  [own({ tags: { key: '', form: 'json' } }), 'dialects[0].tags.key must be the name of an attribute'],
  [own({ metadata: { key: 'a', form: 'attributes' } }), 'dialects[0].metadata must have a key with form'],
  [own({ metadata: { prefix: '', form: 'attributes' } }), 'dialects[0].metadata.prefix must be the name'],
  [own({ idRule: { maxLength: 200 } }), 'dialects[0].idRule.maxLength must be a whole number from 1 to 199'],
  [own({ idRule: { pattern: '^a$' } }), 'dialects[0].idRule.pattern must be a RegExp'],
  [own({ extras: [] }), 'dialects[0].extras must be an object'],
  [own({ extras: { a: {} } }), 'dialects[0].extras["a"] must be a string, a number or true or false'],
])('%j is refused, and it is said what is wrong', (dialects, message) => {
  expect(make(dialects)).toThrow(message)
})

describe('a dialect of one’s own', () => {
  const mine: SessionBackend = {
    name: 'mine',
    session: ['my.id', 'my.other_id'],
    conversation: 'my.conversation',
    user: 'my.user',
    tags: { key: 'my.tags', form: 'json' },
    metadata: { prefix: 'my.', form: 'attributes' },
    idRule: { maxLength: 10, pattern: /^[a-z\d]+$/g },
    extras: { 'my.version': 2 },
  }
  const all = { 'session.id': 's1', 'gen_ai.conversation.id': 'c1', 'user.id': 'u', 'tag.tags': ['a'] }

  it('is written like those that are known; metadata cannot take its keys', () => {
    const metadata =
      '{"id":"evil","other_id":"evil","user":"evil","tags":"evil","version":"evil","plan":"pro"}'
    expect(shipped({ ...all, metadata }, [mine]).attributes).toEqual({
      ...all,
      metadata,
      'my.id': 's1',
      'my.other_id': 's1',
      'my.version': 2,
      'my.conversation': 'c1',
      'my.user': 'u',
      'my.tags': '["a"]',
      'my.plan': 'pro',
    })
  })

  it('has its ID rule at every span, also with a RegExp that remembers where it was', () => {
    expect(shipped(all, [mine], {}, 3).stats.dialects).toEqual({})
    expect(shipped({ 'session.id': 'S1' }, [mine]).stats.dialects).toEqual({ mine: { 'id-not-allowed': 1 } })
    expect(shipped({ 'session.id': 'long123long' }, [mine]).stats.dialects).toEqual({
      mine: { 'id-too-long': 1 },
    })
  })

  it.each([
    ['a part of it', /[a-z]+/],
    ['either of two', /a|[A-Z]+/],
    ['a line of it', /^[a-z]+$/m],
  ])('takes an ID that matches its pattern as a whole, not one of which it is %s', (_, pattern) => {
    const strict: SessionBackend = { name: 'strict', session: ['x.id'], idRule: { pattern } }
    const refused = shipped({ 'session.id': 'A B!c' }, [strict])
    expect(refused.stats.dialects).toEqual({ strict: { 'id-not-allowed': 1 } })
    expect(shipped({ 'session.id': 'a' }, [strict]).attributes['x.id']).toBe('a')
  })

  it.each(['g', 'y', 'gy'])('does not depend on where a RegExp with %s has been', (flags) => {
    const strict: SessionBackend = {
      name: 'strict',
      session: ['x.id'],
      idRule: { pattern: new RegExp('[a-z]+', flags) },
    }
    expect(shipped({ 'session.id': 'abc' }, [strict], {}, 3).stats.dialects).toEqual({})
  })

  it('may get the session for a conversation under a key of its own', () => {
    const grouped: SessionBackend = {
      name: 'grouped',
      session: [],
      conversation: 'my.thread',
      conversationFromSession: true,
    }
    expect(shipped({ 'session.id': 's1' }, [grouped]).attributes).toEqual({
      'session.id': 's1',
      'my.thread': 's1',
    })
    expect(shipped(all, [grouped]).attributes).toEqual({ ...all, 'my.thread': 'c1' })
  })

  it('does not change when the application changes its object', () => {
    const session = ['my.id']
    const exporter = new SessionSpanExporter(delegate, { dialects: [{ name: 'mine', session }] })
    session[0] = '__proto__'
    const span = { spanContext: () => ({}), attributes: { 'session.id': 's1' } }
    exporter.export([span] as never, () => {})
    expect(exporter.stats().changed).toBe(1)
  })

  it('leaves its key to the dialect before it, and to any session', () => {
    const other: SessionBackend = {
      name: 'other',
      session: ['other.id'],
      user: 'my.id',
      tags: { key: 'my.tags', form: 'array' },
    }
    const { attributes } = shipped(all, [mine, other])
    expect(attributes).toMatchObject({ 'my.id': 's1', 'my.tags': '["a"]', 'other.id': 's1' })
  })

  it('that cannot hold an ID does not take it from another one with the same key', () => {
    const short: SessionBackend = { name: 'short', session: ['x.id'], idRule: { maxLength: 1 } }
    const any: SessionBackend = { name: 'any', session: ['x.id'] }
    for (const dialects of [
      [short, any],
      [any, short],
    ]) {
      const { attributes } = shipped({ 'session.id': 's1', 'x.id': 'framework' }, dialects)
      expect(attributes).toEqual({ 'session.id': 's1', 'x.id': 's1' })
    }
  })
})

test('a dialect that is named twice is one, also when it is given as an object', () => {
  const { stats } = shipped({ 'session.id': 'x'.repeat(65) }, ['azure', BACKENDS.azure, 'azure'])
  expect(stats.dialects).toEqual({ azure: { 'id-too-long': 1 } })
})
