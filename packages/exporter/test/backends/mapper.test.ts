import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter, type SessionSpanExporterOptions } from '@otel-sessions/exporter'
import {
  BACKENDS,
  braintrust,
  datadog,
  defineBackend,
  langfuse,
  langsmith,
  opik,
} from '@otel-sessions/exporter/backends'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { exported } from './support.ts'

afterEach(stopTracing)

/** A span of a scope, after the processor and the exporter. */
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

describe('the session key of a backend', () => {
  test('gets the exported session, whatever a framework wrote there', async () => {
    const { attributes } = await inScope('s1', { 'langfuse.session.id': 'other' }, { backends: [langfuse] })
    expect(attributes).toEqual({ 'session.id': 's1', 'langfuse.session.id': 's1' })
  })

  test('gets the session that validation found in an alias', () => {
    const { attributes } = exported({ thread_id: 7 }, ['laminar', 'respan'])
    expect(attributes).toEqual({
      thread_id: 7,
      'session.id': '7',
      'lmnr.association.properties.session_id': '7',
      'respan.threads.thread_identifier': '7',
      'respan.sessions.session_identifier': '7',
    })
  })

  test('gets what onInvalid made of an invalid ID', () => {
    const options = { onInvalid: () => 'made' }
    expect(exported({ 'session.id': 'é' }, ['posthog'], options).attributes).toEqual({
      'session.id': 'made',
      $ai_session_id: 'made',
    })
  })

  test('comes with the constants that the backend wants, which are not written without a session', () => {
    expect(exported({ 'session.id': 's1' }, ['honeyhive']).attributes).toEqual({
      'session.id': 's1',
      'honeyhive.session_id': 's1',
      'honeyhive.session_auto_create': true,
    })
    expect(exported({ 'user.id': 'u' }, ['honeyhive']).changed).toBe(false)
  })

  test('is removed from a span whose session is cleared, with the other keys that the backend reads', async () => {
    const { attributes, stats } = await inScope(
      null,
      {
        'langsmith.metadata.session_id': 'one',
        'langsmith.metadata.thread_id': 'two',
        'langsmith.metadata.plan': 'pro',
        'gen_ai.conversation.id': 'conv',
      },
      { backends: [langsmith, datadog] },
    )
    expect(attributes).toEqual({ 'langsmith.metadata.plan': 'pro', 'gen_ai.conversation.id': 'conv' })
    expect(stats).toMatchObject({ changed: 1, backends: { langsmith: { cleared: 1 } } })
  })

  test('stays on a span without any session', () => {
    const { attributes } = exported({ 'langsmith.metadata.session_id': 'undefined' }, ['langsmith'])
    expect(attributes).toEqual({ 'langsmith.metadata.session_id': 'undefined' })
  })
})

describe('a backend that groups by conversation', () => {
  it('gets the session as the conversation of a span without one', () => {
    expect(exported({ 'session.id': 's1' }, ['sentry']).attributes).toEqual({
      'session.id': 's1',
      'gen_ai.conversation.id': 's1',
    })
  })

  it("keeps the span's own conversation", () => {
    const own = { 'session.id': 's1', 'gen_ai.conversation.id': 'c1' }
    expect(exported(own, ['sentry', 'datadog']).attributes).toEqual(own)
  })

  it('is the only one that makes a conversation of a session', () => {
    const others = ['otel', 'langfuse', 'langsmith', 'traceloop', 'maxim', 'opik'] as const
    expect(exported({ 'session.id': 's1' }, others).attributes).not.toHaveProperty('gen_ai.conversation.id')
  })
})

describe('an ID that a backend does not accept', () => {
  const long = 'x'.repeat(65)

  it('is left out for that backend only, counted, and logged once without the ID', () => {
    const warnings = collectWarnings()
    const { attributes, stats } = exported({ 'session.id': long }, ['azure', 'posthog'], {}, 2)
    expect(attributes).toEqual({ 'session.id': long, $ai_session_id: long })
    expect(stats.backends).toEqual({ azure: { 'id-too-long': 2 } })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('backend azure: ')
    expect(warnings[0]).not.toContain(long)
  })

  it('leaves no other ID under its key', () => {
    const own = { 'session.id': long, 'microsoft.session.id': 'other' }
    expect(exported(own, ['azure']).attributes).toEqual({ 'session.id': long })
  })

  it('is counted if it must have another form; session.id stays', () => {
    const { attributes, stats } = exported({ 'session.id': 'a b' }, ['maxim'])
    expect(attributes).toEqual({ 'session.id': 'a b' })
    expect(stats).toMatchObject({ changed: 0, backends: { maxim: { 'id-not-allowed': 1 } } })
    expect(exported({ 'session.id': 'a_b' }, ['maxim']).stats.backends).toEqual({})
  })
})

describe('user, tags and metadata', () => {
  const fields = { 'user.id': 'u', 'tag.tags': ['a', 'b,c'], metadata: '{"n":1,"deep":{"x":[1]},"nil":null}' }

  it('are written without a session, too', () => {
    const { attributes } = exported(fields, ['langfuse'])
    expect(attributes).toEqual({
      ...fields,
      'langfuse.user.id': 'u',
      'langfuse.trace.tags': ['a', 'b,c'],
      'langfuse.trace.metadata.n': 1,
      'langfuse.trace.metadata.deep': '{"x":[1]}',
    })
  })

  it('do not replace attributes of the span', () => {
    const own = { 'langfuse.user.id': 'x', 'langfuse.trace.tags': ['x'], 'langfuse.trace.metadata.n': 'x' }
    const { attributes } = exported({ ...fields, ...own }, ['langfuse'])
    expect(attributes).toEqual({ ...fields, ...own, 'langfuse.trace.metadata.deep': '{"x":[1]}' })
  })

  it('leave out a tag with a comma if commas separate the tags', () => {
    const { attributes, stats } = exported({ 'tag.tags': ['a', 'b,c', 'd'] }, ['langsmith'])
    expect(attributes['langsmith.span.tags']).toBe('a,d')
    expect(stats.backends).toEqual({ langsmith: { 'tag-with-comma': 1 } })
  })

  it('are the validated ones: the metadata of the scope, overridden by what a framework wrote', async () => {
    const { attributes } = await inScope(
      { sessionId: 's1', metadata: { plan: 'pro' } },
      { metadata: '{"run":"7"}' },
      { backends: [braintrust] },
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
  ] as const)('of %s do not write the metadata key %s', (backend, key, attribute) => {
    const { attributes, stats } = exported(
      { 'session.id': 's1', metadata: JSON.stringify({ [key]: 'evil', fine: 1 }) },
      [backend],
    )
    expect(attributes[attribute]).not.toBe('evil')
    expect(Object.keys(attributes).some((name) => name.endsWith('.fine'))).toBe(true)
    expect(stats.backends).toEqual({ [backend]: { 'metadata-key': 1 } })
  })

  it.each([
    ['thread_id', 'langsmith.metadata.thread_id'],
    ['alice@example.org.__proto__', '__proto__'],
    ['', 'empty'],
  ])(
    'are logged with the reserved part of a metadata key %j that is left out, and nothing else',
    (key, logged) => {
      const warnings = collectWarnings()
      // Another name for each, because a problem is logged once in a process.
      const mine = defineBackend({ ...langsmith, name: `langsmith for ${logged}` })
      exported({ metadata: JSON.stringify({ [key]: 1 }) }, [mine])
      const text = warnings.join('')
      expect(text).toContain('a metadata key that would name a session, a user or a prototype is left out')
      expect(text).toContain(`(${logged}); counted in stats().backends (logged once)`)
      expect(text).not.toContain('alice')
    },
  )

  it('leave out the keys __proto__ and session.id in JSON, too', () => {
    const metadata = '{"__proto__":{"x":1},"session.id":"other","fine":1}'
    const { attributes } = exported({ metadata }, ['confident', 'braintrust'])
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
  ])('leave out metadata that is %s, and the span is exported', (_, metadata, reason) => {
    const { attributes, stats } = exported({ 'session.id': 's1', metadata }, ['langfuse'])
    expect(attributes).toEqual({ 'session.id': 's1', metadata, 'langfuse.session.id': 's1' })
    expect(stats).toMatchObject({ unreadable: 0, backends: { langfuse: { [reason]: 1 } } })
  })

  const deep = `{"plan":"pro","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`

  it('leave out metadata that is too deep for JSON, for backends for which it must be written again', () => {
    const { attributes, stats } = exported({ 'session.id': 's1', metadata: deep }, ['langfuse', 'braintrust'])
    expect(attributes).toEqual({
      'session.id': 's1',
      metadata: deep,
      'langfuse.session.id': 's1',
      'braintrust.metadata': deep,
    })
    expect(stats).toMatchObject({ unreadable: 0, backends: { langfuse: { 'metadata-unserialisable': 1 } } })
  })

  it('that cannot be written do not bring back a cleared session', async () => {
    const { attributes } = await inScope(
      null,
      { 'session.id': 'written-late', metadata: deep },
      { backends: [langfuse] },
    )
    expect(attributes).toEqual({ metadata: deep })
  })

  it('leave out numbers that are not finite', () => {
    const { attributes } = exported({ metadata: '{"huge":1e999,"fine":1}' }, ['opik'])
    expect(Object.keys(attributes)).toEqual(['metadata', 'opik.metadata.fine'])
  })

  it.each([
    ['tag.tags', [1, 'fine'], 'tags-not-strings', { 'langfuse.trace.tags': ['fine'] }],
    ['tag.tags', [1, 2], 'tags-not-strings', {}],
    ['tag.tags', 'beta', 'tags-not-strings', {}],
    ['user.id', 42, 'user-not-a-string', {}],
    ['gen_ai.conversation.id', ['c1'], 'conversation-not-a-string', {}],
  ])('of another type are left out and counted: %s is %j', (key, value, reason, written) => {
    const mine = [langfuse, defineBackend({ name: 'mine', session: [], conversation: 'my.conversation' })]
    const own = { [key]: value }
    const { attributes, stats } = exported(own, mine)
    expect(attributes).toEqual({ ...own, ...written })
    const name = key === 'gen_ai.conversation.id' ? 'mine' : 'langfuse'
    expect(stats.backends).toEqual({ [name]: { [reason]: 1 } })
  })

  it('that are empty are not written and not counted', () => {
    const { changed, stats } = exported({ 'user.id': '', 'tag.tags': ['', ''] }, ['langfuse', 'langsmith'])
    expect({ changed, backends: stats.backends }).toEqual({ changed: false, backends: {} })
  })

  it('accept metadata that is an object, as SDK 3 allows', () => {
    const { attributes } = exported({ metadata: { a: 1, b: { c: 2 } } }, ['opik', 'confident'])
    expect(attributes).toMatchObject({ 'opik.metadata.a': 1, 'opik.metadata.b': '{"c":2}' })
    expect(attributes['confident.trace.metadata']).toBe('{"a":1,"b":{"c":2}}')
  })

  it('write at most 128 attributes of metadata', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]))
    const { attributes, stats } = exported({ metadata: JSON.stringify(many) }, ['opik'])
    expect(Object.keys(attributes)).toHaveLength(1 + 128)
    expect(stats.backends).toEqual({ opik: { 'metadata-too-many': 1 } })
  })

  it('leave out tags that cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    const { attributes, stats } = exported({ 'session.id': 's1', 'tag.tags': proxy }, ['langfuse'])
    expect(attributes['langfuse.session.id']).toBe('s1')
    expect(stats.backends).toEqual({ langfuse: { 'tags-unreadable': 1 } })
  })

  it('read tags once, because a proxy may throw the second time', () => {
    for (const backend of ['langfuse', 'langsmith'] as const) {
      let reads = 0
      const flaky = new Proxy(['a', 'b'], {
        get(tags, key, receiver) {
          if (key === '0' && reads++ > 0) throw new Error('hostile')
          return Reflect.get(tags, key, receiver)
        },
      })
      const { attributes, stats } = exported({ 'session.id': 's1', 'tag.tags': flaky }, [backend])
      expect(attributes['session.id']).toBe('s1')
      expect(stats).toMatchObject({ unreadable: 0, backends: {} })
      expect(attributes).toMatchObject(
        backend === 'langfuse' ? { 'langfuse.trace.tags': ['a', 'b'] } : { 'langsmith.span.tags': 'a,b' },
      )
    }
  })
})

describe('a span whose attributes cannot be mapped', () => {
  const mine = [
    BACKENDS.posthog,
    defineBackend({ name: 'mine', session: [], tags: { key: 'my.tags', form: 'json' } }),
  ]

  it('is exported as validated, which is counted and logged once', () => {
    const warnings = collectWarnings()
    // As if the stack were full.
    const stringify = vi.spyOn(JSON, 'stringify').mockImplementation(() => {
      throw new RangeError('Maximum call stack size exceeded')
    })
    const own = { thread_id: 's1', 'tag.tags': ['a'] }
    const { attributes, stats } = exported(own, mine, {}, 2)
    stringify.mockRestore()
    expect(attributes).toEqual({ ...own, 'session.id': 's1' })
    expect(stats).toMatchObject({ unreadable: 0, changed: 2 })
    const counts = { 'attributes-unreadable': 2 }
    expect(stats.backends).toEqual({ posthog: counts, mine: counts })
    expect(warnings.filter((text) => text.includes('backend mine: '))).toHaveLength(1)
  })

  it('is exported unchanged if validation changes nothing', () => {
    const hostile = {
      'session.id': 's1',
      get other() {
        throw new Error('hostile')
      },
    }
    const { changed, stats } = exported(hostile, ['posthog'])
    expect(changed).toBe(false)
    expect(stats.backends).toEqual({ posthog: { 'attributes-unreadable': 1 } })
  })
})

test('metadata is mapped correctly for many spans, and for more kinds than are remembered', () => {
  const exporter = new InMemorySpanExporter()
  const validating = new SessionSpanExporter(exporter, { backends: [opik] })
  const spans = Array.from({ length: 300 }, (_, index) => ({
    spanContext: () => ({}),
    attributes: { metadata: `{"n":${index % 100}}` },
  }))
  validating.export(spans as never, () => {})
  const numbers = exporter.getFinishedSpans().map(({ attributes }) => attributes['opik.metadata.n'])
  expect(numbers).toEqual(spans.map((_, index) => index % 100))
})

test('metadata is read once for the spans that share it, and 64 kinds of it are remembered', () => {
  const validating = new SessionSpanExporter(new InMemorySpanExporter(), { backends: [opik] })
  const parse = vi.spyOn(JSON, 'parse')
  const exportOnes = (...numbers: number[]) => {
    const spans = numbers.map((n) => ({ spanContext: () => ({}), attributes: { metadata: `{"n":${n}}` } }))
    parse.mockClear()
    validating.export(spans as never, () => {})
    // Validation reads it as well, for an alias.
    return parse.mock.calls.length - spans.length
  }
  const kinds = Array.from({ length: 64 }, (_, index) => index)
  expect(exportOnes(1, 1, 1)).toBe(1)
  expect(exportOnes(...kinds)).toBe(63)
  expect(exportOnes(...kinds)).toBe(0)
  expect(exportOnes(64, 1)).toBe(2)
  parse.mockRestore()
})

test('a span that needs no change for its backends is passed on unchanged', () => {
  const all = { 'session.id': 's1', 'user.id': 'u', 'tag.tags': ['a'], metadata: '{"a":1}' }
  expect(exported(all, ['openinference', 'otel', 'mlflow', 'agentcore', 'maxim']).changed).toBe(false)
  expect(exported({ a: 1 }, ['langfuse', 'langsmith', 'datadog']).changed).toBe(false)
})
