import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type Dialects, SessionSpanExporter, type SessionSpanExporterOptions } from '@otel-sessions/exporter'
import { BACKENDS } from '@otel-sessions/exporter/backends'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'
import { shipped } from './dialect-support.ts'

afterEach(stopTracing)

/** A span of a scope, past the processor and the gate. */
async function inScope(
  scope: Parameters<typeof contextWithSession>[1],
  attributes: Record<string, string>,
  options: SessionSpanExporterOptions,
) {
  const memory = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(memory, options)
  const provider = new BasicTracerProvider({
    spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
  })
  const span = provider.getTracer('app').startSpan('chat', {}, contextWithSession(ROOT_CONTEXT, scope))
  span.setAttributes(attributes).end()
  await provider.forceFlush()
  return { attributes: memory.getFinishedSpans()[0]?.attributes ?? {}, stats: exporter.stats() }
}

describe('the session in a dialect', () => {
  test('is what the gate ships, whatever a framework wrote under its key', async () => {
    const { attributes } = await inScope('s1', { 'langfuse.session.id': 'other' }, { dialects: ['langfuse'] })
    expect(attributes).toEqual({ 'session.id': 's1', 'langfuse.session.id': 's1' })
  })

  test('is the one that the gate has found in an alias', () => {
    const { attributes } = shipped({ thread_id: 7 }, ['laminar', 'respan'])
    expect(attributes).toEqual({
      thread_id: 7,
      'session.id': '7',
      'lmnr.association.properties.session_id': '7',
      'respan.threads.thread_identifier': '7',
      'respan.sessions.session_identifier': '7',
    })
  })

  test('is what onInvalid has made of an invalid one', () => {
    const options = { onInvalid: () => 'made' }
    expect(shipped({ 'session.id': 'é' }, ['posthog'], options).attributes).toEqual({
      'session.id': 'made',
      $ai_session_id: 'made',
    })
  })

  test('comes with the constants that the backend wants, and not without it', () => {
    expect(shipped({ 'session.id': 's1' }, ['honeyhive']).attributes).toEqual({
      'session.id': 's1',
      'honeyhive.session_id': 's1',
      'honeyhive.session_auto_create': true,
    })
    expect(shipped({ 'user.id': 'u' }, ['honeyhive']).changed).toBe(false)
  })

  test('is taken away where the application says that there is none, with what the backend reads instead', async () => {
    const { attributes, stats } = await inScope(
      null,
      {
        'langsmith.metadata.session_id': 'one',
        'langsmith.metadata.thread_id': 'two',
        'langsmith.metadata.plan': 'pro',
        'gen_ai.conversation.id': 'conv',
      },
      { dialects: ['langsmith', 'datadog'] },
    )
    expect(attributes).toEqual({ 'langsmith.metadata.plan': 'pro', 'gen_ai.conversation.id': 'conv' })
    expect(stats).toMatchObject({ changed: 1, dialects: { langsmith: { cleared: 1 } } })
  })

  test('is left where nobody has said anything', () => {
    const { attributes } = shipped({ 'langsmith.metadata.session_id': 'undefined' }, ['langsmith'])
    expect(attributes).toEqual({ 'langsmith.metadata.session_id': 'undefined' })
  })
})

describe('a backend that groups by conversation', () => {
  it('gets the session as the conversation of a span without one', () => {
    expect(shipped({ 'session.id': 's1' }, ['sentry']).attributes).toEqual({
      'session.id': 's1',
      'gen_ai.conversation.id': 's1',
    })
  })

  it("keeps the span's own conversation", () => {
    const own = { 'session.id': 's1', 'gen_ai.conversation.id': 'c1' }
    expect(shipped(own, ['sentry', 'datadog']).attributes).toEqual(own)
  })

  it('is the only one that makes a conversation of a session', () => {
    const others: Dialects = ['otel', 'langfuse', 'langsmith', 'traceloop', 'maxim', 'opik']
    expect(shipped({ 'session.id': 's1' }, others).attributes).not.toHaveProperty('gen_ai.conversation.id')
  })
})

describe('an ID that a backend does not take', () => {
  const long = 'x'.repeat(65)

  it('is left out for that backend alone, counted, and said once without the ID', () => {
    const warnings = collectWarnings()
    const { attributes, stats } = shipped({ 'session.id': long }, ['azure', 'posthog'], {}, 2)
    expect(attributes).toEqual({ 'session.id': long, $ai_session_id: long })
    expect(stats.dialects).toEqual({ azure: { 'id-too-long': 2 } })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('dialect azure: ')
    expect(warnings[0]).not.toContain(long)
  })

  it('leaves no other ID under its key', () => {
    const own = { 'session.id': long, 'microsoft.session.id': 'other' }
    expect(shipped(own, ['azure']).attributes).toEqual({ 'session.id': long })
  })

  it('is counted where it must have a form; session.id stays, that is the gate’s', () => {
    const { attributes, stats } = shipped({ 'session.id': 'a b' }, ['maxim'])
    expect(attributes).toEqual({ 'session.id': 'a b' })
    expect(stats).toMatchObject({ changed: 0, dialects: { maxim: { 'id-not-allowed': 1 } } })
    expect(shipped({ 'session.id': 'a_b' }, ['maxim']).stats.dialects).toEqual({})
  })
})

describe('user, tags and metadata', () => {
  const fields = { 'user.id': 'u', 'tag.tags': ['a', 'b,c'], metadata: '{"n":1,"deep":{"x":[1]},"nil":null}' }

  it('go along without a session, too', () => {
    const { attributes } = shipped(fields, ['langfuse'])
    expect(attributes).toEqual({
      ...fields,
      'langfuse.user.id': 'u',
      'langfuse.trace.tags': ['a', 'b,c'],
      'langfuse.trace.metadata.n': 1,
      'langfuse.trace.metadata.deep': '{"x":[1]}',
    })
  })

  it('do not replace what the span has', () => {
    const own = { 'langfuse.user.id': 'x', 'langfuse.trace.tags': ['x'], 'langfuse.trace.metadata.n': 'x' }
    const { attributes } = shipped({ ...fields, ...own }, ['langfuse'])
    expect(attributes).toEqual({ ...fields, ...own, 'langfuse.trace.metadata.deep': '{"x":[1]}' })
  })

  it('leave out a tag with a comma where commas part them', () => {
    const { attributes, stats } = shipped({ 'tag.tags': ['a', 'b,c', 'd'] }, ['langsmith'])
    expect(attributes['langsmith.span.tags']).toBe('a,d')
    expect(stats.dialects).toEqual({ langsmith: { 'tag-with-comma': 1 } })
  })

  it('are as the gate ships them, with the metadata of the scope under what a framework wrote', async () => {
    const { attributes } = await inScope(
      { sessionId: 's1', metadata: { plan: 'pro' } },
      { metadata: '{"run":"7"}' },
      { dialects: ['braintrust'] },
    )
    expect(JSON.parse(String(attributes['braintrust.metadata']))).toEqual({ plan: 'pro', run: '7' })
  })

  it.each([
    ['langsmith', 'thread_id', 'langsmith.metadata.thread_id'],
    ['langsmith', 'session_id', 'langsmith.metadata.session_id'],
    ['langsmith', 'user_id', 'langsmith.metadata.user_id'],
    ['traceloop', 'session_id', 'traceloop.association.properties.session_id'],
    ['langfuse', 'langfuse_session_id', 'langfuse.trace.metadata.langfuse_session_id'],
    ['opik', 'a.__proto__.b', 'opik.metadata.a.__proto__.b'],
    ['opik', 'constructor', 'opik.metadata.constructor'],
  ] as const)('of %s do not write the metadata key %s', (dialect, key, attribute) => {
    const { attributes, stats } = shipped(
      { 'session.id': 's1', metadata: JSON.stringify({ [key]: 'evil', fine: 1 }) },
      [dialect],
    )
    expect(attributes[attribute]).not.toBe('evil')
    expect(Object.keys(attributes).some((name) => name.endsWith('.fine'))).toBe(true)
    expect(stats.dialects).toEqual({ [dialect]: { 'metadata-key': 1 } })
  })

  it.each([
    ['thread_id', 'langsmith.metadata.thread_id'],
    ['alice@example.org.__proto__', '__proto__'],
    ['', 'empty'],
  ])('say of a metadata key %j that is left out what it may not be, and no more', (key, said) => {
    const warnings = collectWarnings()
    // Another name for each, because it is said once in a process.
    const mine = { ...BACKENDS.langsmith, name: `langsmith for ${said}` }
    shipped({ metadata: JSON.stringify({ [key]: 1 }) }, [mine])
    const text = warnings.join('')
    expect(text).toContain('a metadata key is left out that would name a session, a user or a prototype')
    expect(text).toContain(`It is ${said} (said once)`)
    expect(text).not.toContain('alice')
  })

  it('lose a key __proto__ in JSON as well, and the session’s', () => {
    const metadata = '{"__proto__":{"x":1},"session.id":"other","fine":1}'
    const { attributes } = shipped({ metadata }, ['confident', 'braintrust'])
    expect(attributes['confident.trace.metadata']).toBe('{"fine":1}')
    expect(attributes['braintrust.metadata']).toBe('{"fine":1}')
  })

  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const throwing = {
    get bad() {
      throw new Error('hostile')
    },
  }
  it.each([
    ['a cycle', cyclic, 'metadata-unserialisable'],
    ['a BigInt', { big: 1n }, 'metadata-unserialisable'],
    ['a getter that throws', throwing, 'metadata-unserialisable'],
    ['text that is no JSON', 'hello', 'metadata-not-an-object'],
    ['an array', [1], 'metadata-not-an-object'],
    ['more than 32 kB', `{"a":"${'x'.repeat(33_000)}"}`, 'metadata-too-long'],
  ])('leave out metadata that is %s, and the span ships', (_, metadata, reason) => {
    const { attributes, stats } = shipped({ 'session.id': 's1', metadata }, ['langfuse'])
    expect(attributes).toEqual({ 'session.id': 's1', metadata, 'langfuse.session.id': 's1' })
    expect(stats).toMatchObject({ unreadable: 0, dialects: { langfuse: { [reason]: 1 } } })
  })

  const deep = `{"plan":"pro","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`

  it('leave out metadata that is too deep for JSON, for whom it must be written again', () => {
    const { attributes, stats } = shipped({ 'session.id': 's1', metadata: deep }, ['langfuse', 'braintrust'])
    expect(attributes).toEqual({
      'session.id': 's1',
      metadata: deep,
      'langfuse.session.id': 's1',
      'braintrust.metadata': deep,
    })
    expect(stats).toMatchObject({ unreadable: 0, dialects: { langfuse: { 'metadata-unserialisable': 1 } } })
  })

  it('that cannot be written do not bring back a session that the application denies', async () => {
    const { attributes } = await inScope(
      null,
      { 'session.id': 'written-late', metadata: deep },
      { dialects: ['langfuse'] },
    )
    expect(attributes).toEqual({ metadata: deep })
  })

  it('leave out a number that is none, as JSON does', () => {
    const { attributes } = shipped({ metadata: '{"huge":1e999,"fine":1}' }, ['opik'])
    expect(Object.keys(attributes)).toEqual(['metadata', 'opik.metadata.fine'])
  })

  it.each([
    ['tag.tags', [1, 'fine'], 'tags-not-strings', { 'langfuse.trace.tags': ['fine'] }],
    ['tag.tags', [1, 2], 'tags-not-strings', {}],
    ['tag.tags', 'beta', 'tags-not-strings', {}],
    ['user.id', 42, 'user-not-a-string', {}],
    ['gen_ai.conversation.id', ['c1'], 'conversation-not-a-string', {}],
  ])('of another type are left out and counted: %s is %j', (key, value, reason, written) => {
    const mine: Dialects = ['langfuse', { name: 'mine', session: [], conversation: 'my.conversation' }]
    const own = { [key]: value }
    const { attributes, stats } = shipped(own, mine)
    expect(attributes).toEqual({ ...own, ...written })
    const name = key === 'gen_ai.conversation.id' ? 'mine' : 'langfuse'
    expect(stats.dialects).toEqual({ [name]: { [reason]: 1 } })
  })

  it('that are empty say nothing, and are not counted', () => {
    const { changed, stats } = shipped({ 'user.id': '', 'tag.tags': ['', ''] }, ['langfuse', 'langsmith'])
    expect({ changed, dialects: stats.dialects }).toEqual({ changed: false, dialects: {} })
  })

  it('take metadata that is an object, as SDK 3 permits', () => {
    const { attributes } = shipped({ metadata: { a: 1, b: { c: 2 } } }, ['opik', 'confident'])
    expect(attributes).toMatchObject({ 'opik.metadata.a': 1, 'opik.metadata.b': '{"c":2}' })
    expect(attributes['confident.trace.metadata']).toBe('{"a":1,"b":{"c":2}}')
  })

  it('make at most 128 attributes of metadata', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]))
    const { attributes, stats } = shipped({ metadata: JSON.stringify(many) }, ['opik'])
    expect(Object.keys(attributes)).toHaveLength(1 + 128)
    expect(stats.dialects).toEqual({ opik: { 'metadata-too-many': 1 } })
  })

  it('leave out tags that throw when they are read', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    const { attributes, stats } = shipped({ 'session.id': 's1', 'tag.tags': proxy }, ['langfuse'])
    expect(attributes['langfuse.session.id']).toBe('s1')
    expect(stats.dialects).toEqual({ langfuse: { 'tags-unreadable': 1 } })
  })

  it('read tags once, because a proxy may throw the second time', () => {
    for (const dialect of ['langfuse', 'langsmith'] as const) {
      let reads = 0
      const flaky = new Proxy(['a', 'b'], {
        get(tags, key, receiver) {
          if (key === '0' && reads++ > 0) throw new Error('hostile')
          return Reflect.get(tags, key, receiver)
        },
      })
      const { attributes, stats } = shipped({ 'session.id': 's1', 'tag.tags': flaky }, [dialect])
      expect(attributes['session.id']).toBe('s1')
      expect(stats).toMatchObject({ unreadable: 0, dialects: {} })
      expect(attributes).toMatchObject(
        dialect === 'langfuse' ? { 'langfuse.trace.tags': ['a', 'b'] } : { 'langsmith.span.tags': 'a,b' },
      )
    }
  })
})

describe('a span that cannot be dressed', () => {
  const mine: Dialects = ['posthog', { name: 'mine', session: [], tags: { key: 'my.tags', form: 'json' } }]

  it('is shipped as the gate has it, and this is counted and said once', () => {
    const warnings = collectWarnings()
    // As where the stack has no room left.
    const stringify = vi.spyOn(JSON, 'stringify').mockImplementation(() => {
      throw new RangeError('Maximum call stack size exceeded')
    })
    const own = { thread_id: 's1', 'tag.tags': ['a'] }
    const { attributes, stats } = shipped(own, mine, {}, 2)
    stringify.mockRestore()
    expect(attributes).toEqual({ ...own, 'session.id': 's1' })
    expect(stats).toMatchObject({ unreadable: 0, changed: 2 })
    const counts = { 'attributes-unreadable': 2 }
    expect(stats.dialects).toEqual({ posthog: counts, mine: counts })
    expect(warnings.filter((text) => text.includes('dialect mine: '))).toHaveLength(1)
  })

  it('is shipped as it is where the gate has nothing to change', () => {
    const hostile = {
      'session.id': 's1',
      get other() {
        throw new Error('hostile')
      },
    }
    const { changed, stats } = shipped(hostile, ['posthog'])
    expect(changed).toBe(false)
    expect(stats.dialects).toEqual({ posthog: { 'attributes-unreadable': 1 } })
  })
})

test('the same metadata is right for many spans, and for more kinds than are remembered', () => {
  const exporter = new InMemorySpanExporter()
  const gate = new SessionSpanExporter(exporter, { dialects: ['opik'] })
  const spans = Array.from({ length: 300 }, (_, index) => ({
    spanContext: () => ({}),
    attributes: { metadata: `{"n":${index % 100}}` },
  }))
  gate.export(spans as never, () => {})
  const numbers = exporter.getFinishedSpans().map(({ attributes }) => attributes['opik.metadata.n'])
  expect(numbers).toEqual(spans.map((_, index) => index % 100))
})

test('metadata is read once for the spans that share it, and 64 kinds of it are remembered', () => {
  const gate = new SessionSpanExporter(new InMemorySpanExporter(), { dialects: ['opik'] })
  const parse = vi.spyOn(JSON, 'parse')
  const exportOnes = (...numbers: number[]) => {
    const spans = numbers.map((n) => ({ spanContext: () => ({}), attributes: { metadata: `{"n":${n}}` } }))
    parse.mockClear()
    gate.export(spans as never, () => {})
    // The gate reads it as well, for an alias.
    return parse.mock.calls.length - spans.length
  }
  const kinds = Array.from({ length: 64 }, (_, index) => index)
  expect(exportOnes(1, 1, 1)).toBe(1)
  expect(exportOnes(...kinds)).toBe(63)
  expect(exportOnes(...kinds)).toBe(0)
  expect(exportOnes(64, 1)).toBe(2)
  parse.mockRestore()
})

test('a span that needs nothing of its dialects is handed on as it is', () => {
  const all = { 'session.id': 's1', 'user.id': 'u', 'tag.tags': ['a'], metadata: '{"a":1}' }
  expect(shipped(all, ['openinference', 'otel', 'mlflow', 'agentcore', 'maxim']).changed).toBe(false)
  expect(shipped({ a: 1 }, ['langfuse', 'langsmith', 'datadog']).changed).toBe(false)
})
