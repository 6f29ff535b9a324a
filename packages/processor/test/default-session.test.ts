import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { getSession, processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

const DEFAULT = 'run_2026_11_21'

afterEach(() => {
  stopTracing()
  vi.unstubAllEnvs()
})

describe('defaultSession', () => {
  it('is the session of spans for which nothing else names one', () => {
    const { tracer, sessions, processor } = startTracing({ defaultSession: DEFAULT })
    tracer.startActiveSpan('root', (root) => {
      tracer.startSpan('child').end()
      root.end()
    })
    expect(sessions()).toEqual({ root: DEFAULT, child: DEFAULT })
    expect(processor.defaultSession).toBe(DEFAULT)
    expect(processor.stats().late.defaulted).toBe(2)
  })

  it('gives way to a scope, a start attribute, an alias, a late write and the session of the children', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT })
    usingSession('user_1_conv_1', () => tracer.startSpan('scope').end())
    tracer.startSpan('own', { attributes: { 'session.id': 'user_1_conv_2' } }).end()
    tracer.startSpan('alias', { attributes: { thread_id: 'user_1_conv_3' } }).end()
    const late = tracer.startSpan('late')
    late.setAttribute('session.id', 'user_1_conv_4')
    late.end()
    tracer.startActiveSpan('from-children', (root) => {
      usingSession('user_1_conv_5', () => tracer.startSpan('below').end())
      root.end()
    })
    expect(sessions()).toEqual({
      scope: 'user_1_conv_1',
      own: 'user_1_conv_2',
      alias: 'user_1_conv_3',
      late: 'user_1_conv_4',
      'from-children': 'user_1_conv_5',
      below: 'user_1_conv_5',
    })
  })

  it('is not used where the application clears the session', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT })
    usingSession(null, () => tracer.startSpan('null').end())
    usingSession('x'.repeat(200), () => tracer.startSpan('rejected').end())
    expect(sessions()).toEqual({ null: undefined, rejected: undefined })
  })

  it('is not used for a span that names a session by a rejected ID: that span has another session', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT })
    tracer.startSpan('alias', { attributes: { thread_id: 'invité' } }).end()
    tracer.startSpan('json', { attributes: { metadata: '{"thread_id":"a\\nb"}' } }).end()
    const late = tracer.startSpan('late')
    late.setAttribute('session.id', 'x'.repeat(200))
    late.end()
    tracer.startSpan('empty', { attributes: { thread_id: '' } }).end()
    expect(sessions()).toEqual({ alias: undefined, json: undefined, late: undefined, empty: DEFAULT })
  })

  it('nor if the span has a conversation of its scope beside the rejected ID', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT })
    usingSession({ conversationId: 'conv_1' }, () => {
      const both = tracer.startSpan('both')
      both.setAttribute('thread_id', 'invité')
      both.end()
      tracer.startSpan('conversation').end()
    })
    expect(sessions()).toEqual({ both: undefined, conversation: DEFAULT })
  })

  it('nor if custom aliases name it', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT, aliases: ['chat'] })
    const late = tracer.startSpan('late')
    late.setAttribute('session.id', 'x'.repeat(200))
    late.end()
    tracer.startSpan('alias', { attributes: { chat: 'invité' } }).end()
    tracer.startSpan('no alias', { attributes: { thread_id: 'invité' } }).end()
    expect(sessions()).toEqual({ late: undefined, alias: undefined, 'no alias': DEFAULT })
  })

  it('is not inferred from a parent: a span below one that ended with it may still get another session', () => {
    const { tracer, sessions } = startTracing({ defaultSession: DEFAULT })
    tracer.startActiveSpan('root', (root) => {
      root.end()
      expect(getSession()).toBeUndefined()
      tracer.startSpan('below', { attributes: { thread_id: 'user_1_conv_1' } }).end()
    })
    expect(sessions()).toEqual({ root: DEFAULT, below: 'user_1_conv_1' })
  })

  it('gives way to backfill, and is used if the trace has no session', async () => {
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter(memory, { backfill: backfill() })
    const processor = new SessionSpanProcessor({ defaultSession: DEFAULT })
    const provider = new BasicTracerProvider({
      spanProcessors: [processor, new SimpleSpanProcessor(exporter as never)],
    })
    const tracer = provider.getTracer('test')
    const root = tracer.startSpan('root')
    const below = trace.setSpan(ROOT_CONTEXT, root)
    tracer.startSpan('http', {}, below).end()
    const named = tracer.startSpan('llm', {}, below)
    named.setAttribute('thread_id', 'user_1_conv_1')
    named.end()
    root.end()
    tracer.startSpan('alone').end()
    await provider.forceFlush()
    const sessions = memory.getFinishedSpans().map((span) => [span.name, span.attributes['session.id']])
    expect(Object.fromEntries(sessions)).toEqual({
      root: 'user_1_conv_1',
      http: 'user_1_conv_1',
      llm: 'user_1_conv_1',
      alone: DEFAULT,
    })
    expect(exporter.stats().backfilled).toBe(1)
  })

  it.each([
    ['truncates', { spanLimits: { attributeValueLengthLimit: 13 } }, {}],
    ['passes', {}, {}],
    ['rejects', {}, { maxLength: 12 }],
    ['replaces', {}, { maxLength: 12, onInvalid: () => 'hash' }],
  ])(
    'gives way to the session of the trace even if the SDK or the exporter %s it',
    async (_, config, options) => {
      const memory = new InMemorySpanExporter()
      const exporter = new SessionSpanExporter(memory, { backfill: backfill(), ...options })
      const processor = new SessionSpanProcessor({ defaultSession: DEFAULT, inferFromChildren: false })
      const provider = new BasicTracerProvider({
        ...config,
        spanProcessors: [processor, new SimpleSpanProcessor(exporter as never)],
      })
      const root = provider.getTracer('test').startSpan('root')
      const below = trace.setSpan(ROOT_CONTEXT, root)
      provider
        .getTracer('test')
        .startSpan('llm', { attributes: { thread_id: 'conv_1' } }, below)
        .end()
      root.end()
      await provider.forceFlush()
      const sessions = memory.getFinishedSpans().map((span) => span.attributes['session.id'])
      expect(sessions).toEqual(['conv_1', 'conv_1'])
    },
  )

  it('comes from OTEL_SESSION_ID without the option; an option that is an ID takes precedence', () => {
    vi.stubEnv('OTEL_SESSION_ID', 'parent_1')
    expect(new SessionSpanProcessor().defaultSession).toBe('parent_1')
    expect(new SessionSpanProcessor({ defaultSession: true }).defaultSession).toBe('parent_1')
    expect(new SessionSpanProcessor({ defaultSession: DEFAULT }).defaultSession).toBe(DEFAULT)
    expect(new SessionSpanProcessor({ defaultSession: false }).defaultSession).toBeUndefined()
  })

  it('is a new UUID v7 with true, if the environment has none', () => {
    vi.stubEnv('OTEL_SESSION_ID', '')
    expect(new SessionSpanProcessor().defaultSession).toBeUndefined()
    const { defaultSession } = new SessionSpanProcessor({ defaultSession: true })
    expect(checkSessionId(defaultSession)).toEqual({ ok: true, id: defaultSession })
    expect(defaultSession).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/)
  })

  it('is not the string that Node makes of an undefined variable', () => {
    process.env['OTEL_SESSION_ID'] = undefined
    try {
      expect(process.env['OTEL_SESSION_ID']).toBe('undefined')
      const make = () => expect(new SessionSpanProcessor().defaultSession).toBeUndefined()
      expect(problemsOf(() => processStats().problems, make)).toEqual({ 'environment:placeholder': 1 })
    } finally {
      delete process.env['OTEL_SESSION_ID']
    }
  })

  it('is not an invalid ID in the environment: that is ignored, counted, and logged without its value', () => {
    vi.stubEnv('OTEL_SESSION_ID', 'geheim_é')
    const warnings = collectWarnings()
    const problems = problemsOf(
      () => processStats().problems,
      () => expect(new SessionSpanProcessor().defaultSession).toBeUndefined(),
    )
    expect(problems).toEqual({ 'environment:not-ascii': 1 })
    expect(warnings.join()).toContain('OTEL_SESSION_ID')
    expect(warnings.join()).not.toContain('geheim')
  })

  it.each([
    [7, TypeError, /option defaultSession must be a session ID .*type number \(not-a-string\)/],
    ['', RangeError, /option defaultSession/],
    ['x'.repeat(200), RangeError, /too-long/],
    [null, TypeError, /option defaultSession/],
  ])('%j throws at construction', (defaultSession, kind, message) => {
    const make = () => new SessionSpanProcessor({ defaultSession: defaultSession as never })
    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })

  it('must respect the processor’s own maxLength', () => {
    expect(() => new SessionSpanProcessor({ defaultSession: 'x'.repeat(65), maxLength: 64 })).toThrow(
      /1 to 64/,
    )
  })
})
