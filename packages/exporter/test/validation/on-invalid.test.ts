import { createHash } from 'node:crypto'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter, type SessionSpanExporterOptions } from '@otel-sessions/exporter'
import { hashSessionId } from '@otel-sessions/exporter/hash'
import { SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { anyCharacter } from '../../../../test/support/any-character.ts'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'

afterEach(stopTracing)

const LONG = `https://example.com/${'x'.repeat(300)}`
const HASH = hashSessionId(LONG)

function tracing(options: SessionSpanExporterOptions, withProcessor: boolean) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const memory = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(memory, options)
  const shipping = new SimpleSpanProcessor(exporter)
  const provider = new BasicTracerProvider({
    spanProcessors: withProcessor ? [new SessionSpanProcessor(), shipping] : [shipping],
  })
  return {
    exporter,
    tracer: provider.getTracer('test'),
    sessions: () =>
      Object.fromEntries(memory.getFinishedSpans().map((span) => [span.name, span.attributes['session.id']])),
  }
}

describe('hashSessionId', () => {
  it('makes a valid ID of every string: the same for equal strings, different for different ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (one, other) => {
        expect(checkSessionId(hashSessionId(one), { maxLength: 64 }).ok).toBe(true)
        expect(hashSessionId(one) === hashSessionId(other)).toBe(one === other)
      }),
    )
  })

  it('is the SHA-256 of the UTF-8 form, which services in other languages can compute', () => {
    expect(hashSessionId('café 🙂')).toBe(createHash('sha256').update('café 🙂', 'utf8').digest('hex'))
  })

  it('makes different IDs of strings without a UTF-8 form', () => {
    expect(hashSessionId('\ud800')).not.toBe(hashSessionId('\ud801'))
    expect(hashSessionId('\ud800')).not.toBe(hashSessionId('\ufffd'))
  })
})

for (const withProcessor of [false, true]) {
  describe(`onInvalid: hashSessionId, ${withProcessor ? 'with a record' : 'without a record'}`, () => {
    it('exports the hash of an ID that is too long, not US-ASCII or has control characters', () => {
      const { tracer, sessions, exporter } = tracing({ onInvalid: hashSessionId }, withProcessor)
      for (const id of [LONG, 'café', 'a\nb']) {
        tracer.startSpan(id, { attributes: { 'session.id': id } }).end()
        const late = tracer.startSpan(`late ${id}`)
        late.setAttribute('session.id', id)
        late.end()
      }
      for (const [name, session] of Object.entries(sessions())) {
        expect(session).toBe(hashSessionId(name.replace('late ', '')))
      }
      expect(exporter.stats()).toMatchObject({ spans: 6, replaced: 6, dropped: {} })
    })

    it('makes no session of blank strings and other types, which would all become one session', () => {
      const { tracer, sessions, exporter } = tracing({ onInvalid: hashSessionId }, withProcessor)
      for (const id of ['', '   ', 42, true, ['a']]) {
        tracer.startSpan('span', { attributes: { 'session.id': id as string } }).end()
      }
      expect(sessions()).toEqual({ span: undefined })
      expect(exporter.stats()).toMatchObject({ replaced: 0, dropped: { empty: 2, 'not-a-string': 3 } })
    })

    it('is not called if there is a valid alias', () => {
      const { tracer, sessions } = tracing({ onInvalid: hashSessionId }, withProcessor)
      const span = tracer.startSpan('span', { attributes: { thread_id: 't1' } })
      span.setAttribute('session.id', LONG)
      span.end()
      expect(sessions()).toEqual({ span: 't1' })
    })

    it('makes an ID of a valid one that is longer than the maxLength of the exporter', () => {
      const { tracer, sessions } = tracing({ onInvalid: hashSessionId, maxLength: 64 }, withProcessor)
      const id = 'y'.repeat(100)
      tracer.startSpan('span', { attributes: { 'session.id': id } }).end()
      expect(sessions()).toEqual({ span: hashSessionId(id) })
    })
  })
}

describe('onInvalid with a record', () => {
  it('exports the hash for the spans below an invalid start attribute, too', () => {
    const { tracer, sessions } = tracing({ onInvalid: hashSessionId }, true)
    const root = tracer.startSpan('root', { attributes: { 'session.id': LONG } }, ROOT_CONTEXT)
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root))
    tracer.startSpan('grandchild', {}, trace.setSpan(ROOT_CONTEXT, child)).end()
    child.end()
    root.end()
    expect(sessions()).toEqual({ root: HASH, child: HASH, grandchild: HASH })
  })

  it('does not replace a cleared session', () => {
    const { tracer, sessions } = tracing({ onInvalid: hashSessionId }, true)
    usingSession(null, () => {
      const span = tracer.startSpan('in null')
      span.setAttribute('session.id', LONG)
      span.end()
    })
    usingSession(LONG, () => tracer.startSpan('in a rejected scope').end())
    const span = tracer.startSpan('taken back', { attributes: { 'session.id': LONG } })
    setSpanSession(span, null)
    span.end()
    expect(sessions()).toEqual({
      'in null': undefined,
      'in a rejected scope': undefined,
      'taken back': undefined,
    })
  })

  it('does not change an explicit session, also one of usingSession(hashSessionId(id))', () => {
    const { tracer, sessions, exporter } = tracing({ onInvalid: hashSessionId }, true)
    usingSession(HASH, () => {
      const span = tracer.startSpan('span')
      span.setAttribute('session.id', LONG)
      span.end()
    })
    expect(sessions()).toEqual({ span: HASH })
    expect(exporter.stats().replaced).toBe(0)
  })
})

describe('a function of your own', () => {
  it('gets its result validated: an invalid one is dropped, which is logged', () => {
    const warnings = collectWarnings()
    const { tracer, sessions, exporter } = tracing({ onInvalid: (id) => `${id}!` }, false)
    tracer.startSpan('span', { attributes: { 'session.id': LONG } }).end()
    expect(sessions()).toEqual({ span: undefined })
    expect(exporter.stats()).toMatchObject({ replaced: 0, dropped: { 'too-long': 1 } })
    expect(warnings[0]).toContain('onInvalid')
    expect(warnings.join()).not.toContain('xxx')
  })

  it('may throw: the ID is dropped and the span exported', () => {
    const onInvalid = () => {
      throw new Error('hostile')
    }
    const { tracer, sessions } = tracing({ onInvalid }, false)
    tracer.startSpan('span', { attributes: { 'session.id': LONG } }).end()
    expect(sessions()).toEqual({ span: undefined })
  })

  it('that is not a function throws at construction, with its kind', () => {
    const onInvalid = 'hash' as never
    expect(() => new SessionSpanExporter(new InMemorySpanExporter(), { onInvalid })).toThrow(
      /option onInvalid must be 'drop' or a function, it is a string of 4 characters/,
    )
  })
})
