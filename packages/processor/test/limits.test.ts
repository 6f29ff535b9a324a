import { getSession, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
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

describe('an attribute count limit with little room', () => {
  it('keeps the session first, then the other fields', () => {
    const { tracer, exportedSpans } = startTracing({}, { spanLimits: { attributeCountLimit: 2 } })
    const session = { sessionId: ID, userId: 'user_1', metadata: { plan: 'pro' }, tags: ['beta'] }
    usingSession(session, () => tracer.startSpan('span').end())
    expect(exportedSpans()).toEqual({ span: { 'session.id': ID, 'user.id': 'user_1' } })
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
