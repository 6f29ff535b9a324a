import type { SpanLimits } from '@opentelemetry/sdk-trace-base'
import type { SessionSpanExporter } from '@otel-sessions/exporter'
import { langfuse } from '@otel-sessions/exporter/backends'
import { getSession, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import {
  collectWarnings,
  problemsOf,
  startTracing,
  stopTracing,
  withoutOnEnding,
} from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const ID = '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'

describe('an attribute length limit that truncates the ID', () => {
  // The first of this file, because it is logged once.
  it('is logged once', () => {
    const warnings = collectWarnings()
    const { tracer, processor } = startTracing({}, { spanLimits: { attributeValueLengthLimit: 12 } })
    usingSession(ID, () => {
      tracer.startSpan('one').end()
      tracer.startSpan('two').end()
    })
    expect(processor.stats().process.problems).toEqual({ 'attribute:truncated': 2 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('12 of 36 characters (attribute length limit)')
  })

  it.each(['with onEnding', 'without onEnding'])('leaves the exported ID whole (%s)', (sdk) => {
    const processor = new SessionSpanProcessor()
    const { tracer, sessions, exporter } = startTracing(
      {},
      {
        spanLimits: { attributeValueLengthLimit: 12 },
        spanProcessors: [sdk === 'with onEnding' ? processor : withoutOnEnding(processor)],
      },
    )
    tracer.startActiveSpan('root', (root) => {
      usingSession(ID, () =>
        tracer.startActiveSpan('child', (child) => tracer.startSpan('leaf').end() ?? child.end()),
      )
      root.end()
    })
    expect(sessions()).toEqual({ leaf: ID, child: ID, root: ID })
    expect(exporter.stats()).toMatchObject({ changed: 3, conflicts: 0, dropped: {} })
    expect(processor.stats().late.restored).toBe(0)
  })
})

describe('an attribute length limit that truncates a stamped conversation ID', () => {
  it('does not make it an alias', () => {
    const { tracer, sessions } = startTracing({}, { spanLimits: { attributeValueLengthLimit: 6 } })
    usingSession({ conversationId: 'conversation_123' }, () => tracer.startSpan('unassigned').end())
    expect(sessions()).toEqual({ unassigned: undefined })
  })
})

describe('an attribute count limit without room for the ID', () => {
  it('exports the ID from the record', () => {
    const { tracer, sessions, processor } = startTracing({}, { spanLimits: { attributeCountLimit: 2 } })
    const problems = problemsOf(
      () => processor.stats().process.problems,
      () => usingSession(ID, () => tracer.startSpan('full', { attributes: { a: 1, b: 2 } }).end()),
    )
    expect(sessions()).toEqual({ full: ID })
    expect(problems).toEqual({ 'attribute:not-kept': 1 })
  })
})

const RICH = {
  sessionId: ID,
  conversationId: 'conversation_1',
  userId: 'user_1_with_a_long_name',
  metadata: { plan: 'pro' },
  tags: ['beta', 'a long tag'],
}
const STAMPED = {
  'session.id': ID,
  'gen_ai.conversation.id': 'conversation_1',
  'user.id': 'user_1_with_a_long_name',
  metadata: '{"plan":"pro"}',
  'tag.tags': ['beta', 'a long tag'],
}

describe.each(['with onEnding', 'without onEnding'])('limits of the SDK for attributes, %s', (sdk) => {
  const start = (
    spanLimits: SpanLimits,
    options: ConstructorParameters<typeof SessionSpanExporter>[1] = {},
  ) => {
    const processor = new SessionSpanProcessor()
    const spanProcessors = [sdk === 'with onEnding' ? processor : withoutOnEnding(processor)]
    return startTracing({}, { spanLimits, spanProcessors }, options)
  }

  it('leave the exported fields of the session whole: without room', () => {
    const { tracer, exportedSpans, exporter } = start({ attributeCountLimit: 2 })
    usingSession(RICH, () => tracer.startSpan('span', { attributes: { a: 1, b: 2 } }).end())
    expect(exportedSpans()).toEqual({ span: { a: 1, b: 2, ...STAMPED } })
    expect(exporter.stats()).toMatchObject({ changed: 1, fieldsRestored: 1 })
  })

  it('leave them whole: with little room', () => {
    const { tracer, exportedSpans } = start({ attributeCountLimit: 2 })
    usingSession(RICH, () => tracer.startSpan('span').end())
    expect(exportedSpans()).toEqual({ span: STAMPED })
  })

  it('leave them whole: truncated', () => {
    const { tracer, exportedSpans } = start({ attributeValueLengthLimit: 6 })
    usingSession(RICH, () => tracer.startSpan('span').end())
    expect(exportedSpans()).toEqual({ span: STAMPED })
  })

  it('leave them whole on spans without a session', () => {
    const { tracer, exportedSpans } = start({ attributeCountLimit: 1 })
    const { sessionId, ...fields } = RICH
    const { 'session.id': _, ...stamped } = STAMPED
    usingSession(fields, () => tracer.startSpan('span', { attributes: { a: 1 } }).end())
    expect(exportedSpans()).toEqual({ span: { a: 1, ...stamped } })
  })

  it('leave them whole where setSpanSession adds them to a full span', () => {
    const { tracer, exportedSpans } = start({ attributeCountLimit: 2 })
    usingSession(ID, () => {
      const span = tracer.startSpan('span', { attributes: { a: 1 } })
      setSpanSession(span, { userId: 'user_1', tags: ['beta'] })
      span.end()
    })
    expect(exportedSpans()).toEqual({
      span: { a: 1, 'session.id': ID, 'user.id': 'user_1', 'tag.tags': ['beta'] },
    })
  })

  it('leave them whole before backends map them', () => {
    const { tracer, exportedSpans } = start({ attributeCountLimit: 1 }, { backends: [langfuse] })
    usingSession({ sessionId: ID, userId: 'user_1' }, () => {
      tracer.startSpan('span', { attributes: { a: 1 } }).end()
    })
    expect(exportedSpans()['span']).toMatchObject({ 'langfuse.session.id': ID, 'langfuse.user.id': 'user_1' })
  })

  it('bring back no field that the application wrote over', () => {
    const { tracer, exportedSpans } = start({ attributeValueLengthLimit: 6 })
    usingSession({ sessionId: 's1', userId: 'user_1_long' }, () => {
      const span = tracer.startSpan('span')
      span.setAttribute('user.id', 'other')
      span.end()
    })
    expect(exportedSpans()).toEqual({ span: { 'session.id': 's1', 'user.id': 'other' } })
  })

  it('bring back no field that something removed from a span that was not full', () => {
    const { tracer, exportedSpans } = start({ attributeCountLimit: 2 })
    usingSession({ sessionId: 's1', userId: 'user_1' }, () => {
      tracer.startSpan('full', { attributes: { a: 1, b: 2 } }).end()
      const redacted = tracer.startSpan('redacted')
      delete (redacted as unknown as { attributes: Record<string, unknown> }).attributes['user.id']
      redacted.end()
    })
    expect(exportedSpans()).toEqual({
      full: { a: 1, b: 2, 'session.id': 's1', 'user.id': 'user_1' },
      redacted: { 'session.id': 's1' },
    })
  })
})

describe('a field that a limit of the SDK drops', () => {
  it('is logged once by the exporter, without its value', () => {
    const warnings = collectWarnings()
    const { tracer } = startTracing({}, { spanLimits: { attributeCountLimit: 1 } })
    resetProcessState()
    usingSession({ sessionId: ID, userId: 'user_1' }, () => {
      tracer.startSpan('one').end()
      tracer.startSpan('two').end()
    })
    expect(warnings.filter((line) => line.includes('user.id'))).toEqual([
      expect.stringContaining('the SDK dropped or truncated user.id (attribute limits); restored'),
    ])
    expect(warnings.join()).not.toContain('user_1')
  })
})

describe('a metadata attribute of more than 32 kB', () => {
  it('is not searched for an alias, which is counted once, and not again by the exporter', () => {
    const { tracer, sessions, processor, exporter } = startTracing()
    const metadata = JSON.stringify({ thread_id: 't1', long: 'x'.repeat(32_768) })
    tracer.startSpan('span', { attributes: { metadata } }).end()
    expect(sessions()).toEqual({ span: undefined })
    expect(processor.stats().process.problems).toMatchObject({ 'metadata:not-read': 1 })
    expect(exporter.stats().metadataNotRead).toBe(0)
  })

  it('is not counted on a span with an explicit session', () => {
    const { tracer, sessions, processor } = startTracing()
    const metadata = JSON.stringify({ long: 'x'.repeat(32_768) })
    const problems = problemsOf(
      () => processor.stats().process.problems,
      () => {
        tracer.startSpan('span', { attributes: { metadata, 'session.id': 'user_1_conv_1' } }).end()
      },
    )
    expect(problems).toEqual({})
    expect(sessions()).toEqual({ span: 'user_1_conv_1' })
  })
})

describe('maxLength', () => {
  it('rejects longer IDs on every path', () => {
    const { tracer, sessions } = startTracing({ maxLength: 20 })
    usingSession(ID, () => tracer.startSpan('scope').end())
    usingSession(ID, () =>
      tracer.startActiveSpan('active', (active) => expect(getSession()).toBeUndefined() ?? active.end()),
    )
    tracer.startSpan('attribute', { attributes: { 'session.id': ID } }).end()
    tracer.startSpan('alias', { attributes: { thread_id: ID, 'langfuse.session.id': 'short' } }).end()
    const late = tracer.startSpan('late')
    late.setAttribute('session.id', ID)
    late.end()
    tracer.startActiveSpan('root', (root) => {
      usingSession(ID, () => {})
      const set = tracer.startSpan('set')
      setSpanSession(set, ID)
      set.end()
      root.end()
    })
    expect(sessions()).toEqual({
      scope: undefined,
      active: undefined,
      attribute: undefined,
      alias: 'short',
      late: undefined,
      set: undefined,
      root: undefined,
    })
  })
})
