import { SessionSpanExporter } from '@otel-sessions/exporter'
import { azure, BACKENDS, defineBackend, langfuse } from '@otel-sessions/exporter/backends'
import { describe, expect, it, test } from 'vitest'
import { exported } from './support.ts'

const delegate = { export() {}, async shutdown() {} }
const make = (backends: unknown) => () => new SessionSpanExporter(delegate, { backends } as never)
const define = (definition: unknown) => () => defineBackend(definition as never)
const own = (more: object) => ({ name: 'own', session: ['own.id'], ...more })
const FROM = "from '@otel-sessions/exporter/backends'"

describe('option backends', () => {
  test.each([
    'langfuse',
    'W&B',
    'langfuze',
    'mytoken',
    'constructor',
    '__proto__',
    'toString',
    '',
    '7',
    'a secret value that is longer than any name',
  ])('rejects the string %j without repeating it, and names where backends are', (name) => {
    const message = `SessionSpanExporter: option backends[1] must be a backend, it is a string of ${name.length} character${name.length === 1 ? '' : 's'}: import one ${FROM}`
    expect(make([langfuse, name])).toThrow(new TypeError(message))
  })

  test('rejects a plain object, and names defineBackend', () => {
    for (const value of [own({}), { ...azure, name: 'mine' }]) {
      expect(make([value])).toThrow(
        `SessionSpanExporter: option backends[0] must be a backend, it is a value of type object: use defineBackend ${FROM}`,
      )
    }
  })

  test.each([
    ['langfuse', 'option backends must be an array of backends, it is a string of 8 characters'],
    [{}, 'option backends must be an array of backends'],
    [null, 'option backends must be an array of backends'],
    [[7], 'option backends[0] must be a backend, it is a value of type number'],
    [[BACKENDS.otel, null], 'option backends[1] must be a backend, it is null'],
    [[[]], 'option backends[0] must be a backend, it is an array'],
    [
      [defineBackend(own({})), defineBackend(own({ user: 'own.user' }))],
      'SessionSpanExporter: option backends has two backends named "own"',
    ],
    [
      [azure, defineBackend({ name: 'azure', session: ['own.id'] })],
      'option backends has two backends named "azure"',
    ],
  ])('rejects %j', (backends, message) => {
    expect(make(backends)).toThrow(TypeError)
    expect(make(backends)).toThrow(message)
  })

  test('takes all known backends, which defineBackend accepts, too', () => {
    expect(make(Object.values(BACKENDS))).not.toThrow()
    for (const backend of Object.values(BACKENDS)) expect(define({ ...backend })).not.toThrow()
  })

  test('takes a backend twice as one', () => {
    const { stats } = exported({ 'session.id': 'x'.repeat(65) }, ['azure', azure, 'azure'])
    expect(stats.backends).toEqual({ azure: { 'id-too-long': 1 } })
  })
})

test('the generic attributes may be named where they belong', () => {
  expect(
    define({
      name: 'plain',
      session: ['session.id'],
      alsoReads: ['session.id'],
      conversation: 'gen_ai.conversation.id',
      user: 'user.id',
      tags: { key: 'tag.tags', form: 'array' },
      metadata: { key: 'metadata', form: 'json' },
    }),
  ).not.toThrow()
})

test.each([
  ['langfuse', 'the definition must be an object, it is a string of 8 characters'],
  [null, 'the definition must be an object, it is null'],
  [[], 'the definition must be an object, it is an array'],
  [{ session: [] }, 'name must be a string that is not empty, it is undefined'],
  [own({ session: 'own.id' }), 'session must be an array of names of attributes'],
  [own({ session: [''] }), 'session[0] must be the name of an attribute'],
  [own({ session: ['__proto__'] }), 'session[0] must not be __proto__'],
  [own({ session: ['a', 'user.id'] }), 'session[1] must not be user.id'],
  [own({ session: ['otel_sessions.overwritten_id'] }), 'session[0] must not be otel_sessions.'],
  [own({ alsoReads: ['gen_ai.conversation.id'] }), 'alsoReads[0] must not be gen_ai.conversation.id'],
  [own({ conversation: 'user.id', conversationFromSession: true }), 'conversation must not be user.id'],
  [own({ user: 'session.id' }), 'user must not be session.id'],
  [own({ tags: { key: 'user.id', form: 'array' } }), 'tags.key must not be user.id'],
  [own({ metadata: { key: 'tag.tags', form: 'json' } }), 'metadata.key must not be tag.tags'],
  [own({ extras: { 'session.id': 'x' } }), 'extras["session.id"] must not be session.id'],
  [own({ sesion: [] }), 'the definition has no property "sesion"; the properties are name, session, '],
  [own({ alsoReads: [1] }), 'alsoReads[0] must be the name of an attribute'],
  [own({ user: 7 }), 'user must be the name of an attribute'],
  [own({ conversation: '' }), 'conversation must be the name of an attribute'],
  [own({ conversationFromSession: 'yes' }), 'conversationFromSession must be true or false'],
  [own({ tags: 'own.tags' }), 'tags must be an object'],
  [own({ tags: { key: 'a', form: 'csv' } }), 'tags.form must be '],
  [own({ tags: { key: '', form: 'json' } }), 'tags.key must be the name of an attribute'],
  [own({ metadata: { key: 'a', form: 'attributes' } }), 'metadata must have a key with form'],
  [own({ metadata: { prefix: '', form: 'attributes' } }), 'metadata.prefix must be the name'],
  [own({ idRule: { maxLength: 200 } }), 'idRule.maxLength must be a whole number from 1 to 199'],
  [own({ idRule: { pattern: '^a$' } }), 'idRule.pattern must be a RegExp'],
  [own({ extras: [] }), 'extras must be an object'],
  [own({ extras: { a: {} } }), 'extras["a"] must be a string, a number or true or false'],
])('defineBackend rejects %j, and says what is wrong', (definition, message) => {
  expect(define(definition)).toThrow(`defineBackend: ${message}`)
})

describe('a backend of your own', () => {
  const mine = defineBackend({
    name: 'mine',
    session: ['my.id', 'my.other_id'],
    conversation: 'my.conversation',
    user: 'my.user',
    tags: { key: 'my.tags', form: 'json' },
    metadata: { prefix: 'my.', form: 'attributes' },
    idRule: { maxLength: 10, pattern: /^[a-z\d]+$/g },
    extras: { 'my.version': 2 },
  })
  const all = { 'session.id': 's1', 'gen_ai.conversation.id': 'c1', 'user.id': 'u', 'tag.tags': ['a'] }

  it('is written like the known ones; metadata cannot use its keys', () => {
    const metadata =
      '{"id":"evil","other_id":"evil","user":"evil","tags":"evil","version":"evil","plan":"pro"}'
    expect(exported({ ...all, metadata }, [mine]).attributes).toEqual({
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

  it('applies its ID rule to every span, also with a RegExp that has state', () => {
    expect(exported(all, [mine], {}, 3).stats.backends).toEqual({})
    expect(exported({ 'session.id': 'S1' }, [mine]).stats.backends).toEqual({ mine: { 'id-not-allowed': 1 } })
    expect(exported({ 'session.id': 'long123long' }, [mine]).stats.backends).toEqual({
      mine: { 'id-too-long': 1 },
    })
  })

  it.each([
    ['a part', /[a-z]+/],
    ['one of two alternatives', /a|[A-Z]+/],
    ['a line', /^[a-z]+$/m],
  ])('accepts an ID that matches its pattern as a whole, not one of which it matches %s', (_, pattern) => {
    const strict = defineBackend({ name: 'strict', session: ['x.id'], idRule: { pattern } })
    const rejected = exported({ 'session.id': 'A B!c' }, [strict])
    expect(rejected.stats.backends).toEqual({ strict: { 'id-not-allowed': 1 } })
    expect(exported({ 'session.id': 'a' }, [strict]).attributes['x.id']).toBe('a')
  })

  it.each(['g', 'y', 'gy'])('does not depend on the state of a RegExp with %s', (flags) => {
    const strict = defineBackend({
      name: 'strict',
      session: ['x.id'],
      idRule: { pattern: new RegExp('[a-z]+', flags) },
    })
    expect(exported({ 'session.id': 'abc' }, [strict], {}, 3).stats.backends).toEqual({})
  })

  it('can get the session as the conversation, under a key of its own', () => {
    const grouped = defineBackend({
      name: 'grouped',
      session: [],
      conversation: 'my.thread',
      conversationFromSession: true,
    })
    expect(exported({ 'session.id': 's1' }, [grouped]).attributes).toEqual({
      'session.id': 's1',
      'my.thread': 's1',
    })
    expect(exported(all, [grouped]).attributes).toEqual({ ...all, 'my.thread': 'c1' })
  })

  it('does not change when the application changes the definition', () => {
    const session = ['my.id']
    const changing = defineBackend({ name: 'mine', session })
    const exporter = new SessionSpanExporter(delegate, { backends: [changing] })
    session[0] = '__proto__'
    const span = { spanContext: () => ({}), attributes: { 'session.id': 's1' } }
    exporter.export([span] as never, () => {})
    expect(exporter.stats().changed).toBe(1)
  })

  it('leaves a key to the backend before it, and to every session', () => {
    const other = defineBackend({
      name: 'other',
      session: ['other.id'],
      user: 'my.id',
      tags: { key: 'my.tags', form: 'array' },
    })
    const { attributes } = exported(all, [mine, other])
    expect(attributes).toMatchObject({ 'my.id': 's1', 'my.tags': '["a"]', 'other.id': 's1' })
  })

  it('that does not accept an ID does not remove it for another one with the same key', () => {
    const short = defineBackend({ name: 'short', session: ['x.id'], idRule: { maxLength: 1 } })
    const any = defineBackend({ name: 'any', session: ['x.id'] })
    for (const backends of [
      [short, any],
      [any, short],
    ]) {
      const { attributes } = exported({ 'session.id': 's1', 'x.id': 'framework' }, backends)
      expect(attributes).toEqual({ 'session.id': 's1', 'x.id': 's1' })
    }
  })
})
