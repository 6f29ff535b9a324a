// The net below LangChain's callbacks: a span that started in another request's session, and is named late. The queue is
// not involved here: a span whose instrumentation is LangChain's and whose context is not kept is enough.
import { context, trace } from '@opentelemetry/api'
import {
  bindSession,
  contextWithSession,
  processStats,
  type SessionInit,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing, withoutOnEnding } from '../../../test/support/tracing.ts'
import { forgetSessions } from '../src/langchain/entered-sessions.ts'

const OPENINFERENCE = '@arizeai/openinference-instrumentation-langchain'
const TRACELOOP = '@traceloop/instrumentation-langchain'

let number = 0
/** IDs that no other test has entered. */
const conversation = (user: string) => `${user}_conv_${++number}`

beforeEach(resetProcessState)
afterEach(() => {
  vi.useRealTimers()
  stopTracing()
})

type Attributes = Record<string, string | string[]>

interface Late {
  /** The session of the scope in which the span starts. */
  readonly inside: string | SessionInit
  readonly start?: Attributes
  readonly late: Attributes
  readonly instrumentation?: string
  readonly tracing?: ReturnType<typeof startTracing>
}

/** One span that starts in a scope, and gets late attributes. */
function spanOf({
  inside,
  start = {},
  late,
  instrumentation = OPENINFERENCE,
  tracing = startTracing(),
}: Late) {
  const tracer = tracing.provider.getTracer(instrumentation)
  usingSession(inside, () => {
    const span = tracer.startSpan('step', { attributes: start })
    span.setAttributes(late)
    span.end()
  })
  return { attributes: tracing.exportedSpans()['step'] ?? {}, late: tracing.processor.stats().late }
}

/** Enters a session, and stays in it. */
function open(session: string | SessionInit): () => void {
  let leave = () => {}
  usingSession(session, () => new Promise<void>((resolve) => (leave = resolve)))
  return leave
}

const withOnEnding = () => startTracing()
const withoutIt = () => {
  const processor = new SessionSpanProcessor()
  return { ...startTracing({}, { spanProcessors: [withoutOnEnding(processor)] }), processor }
}

describe.each([
  ['with onEnding', withOnEnding],
  ['without onEnding, in the exporter', withoutIt],
])('a span of LangChain that names another session, %s', (_, start) => {
  test.each([OPENINFERENCE, TRACELOOP])('gets that session, which is open: %s', (instrumentation) => {
    const mine = conversation('user_b')
    open(mine)
    const late = { 'session.id': mine }
    const span = spanOf({ inside: conversation('user_a'), late, instrumentation, tracing: start() })
    expect(span.attributes).toEqual({ 'session.id': mine })
    expect(span.late).toMatchObject({ reassigned: 1, restored: 0 })
  })

  test('gets it by an alias, also inside metadata', () => {
    const mine = conversation('user_b')
    open(mine)
    const metadata = JSON.stringify({ thread_id: mine })
    const tracing = start()
    const span = spanOf({ inside: conversation('user_a'), late: { metadata }, tracing })
    expect(span.attributes).toEqual({ 'session.id': mine, metadata })
  })

  test("gets that session's fields, and keeps none of the other", () => {
    const [mine, theirs] = [conversation('user_b'), conversation('user_a')]
    open({ sessionId: mine, userId: 'user_b', tags: ['beta'], metadata: { plan: 'free' } })
    const inside = {
      sessionId: theirs,
      userId: 'user_a',
      conversationId: 'secret',
      tags: ['vip'],
      metadata: { name: 'A' },
    }
    const metadata = JSON.stringify({ thread_id: mine })
    const span = spanOf({ inside, late: { 'session.id': mine, metadata }, tracing: start() })
    expect(span.attributes).toEqual({
      'session.id': mine,
      'user.id': 'user_b',
      'tag.tags': ['beta'],
      metadata: JSON.stringify({ plan: 'free', thread_id: mine }),
    })
  })

  test('has no user if that is unknown, and never the other one', () => {
    const mine = conversation('user_b')
    open(mine)
    const inside = { sessionId: conversation('user_a'), userId: 'user_a', metadata: { name: 'A' } }
    const span = spanOf({ inside, late: { 'session.id': mine }, tracing: start() })
    expect(span.attributes).toEqual({ 'session.id': mine })
  })

  test('has the user that all requests of the session agree on, and no metadata of one of them', () => {
    const mine = conversation('user_b')
    for (const request of [1, 2]) open({ sessionId: mine, userId: 'user_b', metadata: { request } })
    const inside = { sessionId: conversation('user_a'), userId: 'user_a' }
    const span = spanOf({ inside, late: { 'session.id': mine }, tracing: start() })
    expect(span.attributes).toEqual({ 'session.id': mine, 'user.id': 'user_b' })
  })

  test('keeps what the instrumentation wrote itself', () => {
    const mine = conversation('user_b')
    open({ sessionId: mine, userId: 'user_b' })
    const inside = { sessionId: conversation('user_a'), userId: 'user_a' }
    const late = { 'session.id': mine, 'user.id': 'by LangChain' }
    expect(spanOf({ inside, late, tracing: start() }).attributes).toEqual(late)
  })

  test('keeps its own session if LangChain names none that was entered', () => {
    const [mine, other] = [conversation('user_a'), conversation('user_b')]
    const span = spanOf({ inside: mine, late: { 'session.id': other }, tracing: start() })
    expect(span.attributes).toEqual({ 'session.id': mine, 'otel_sessions.overwritten_id': other })
    expect(span.late).toMatchObject({ reassigned: 0, restored: 1 })
  })
})

describe('the session that LangChain names', () => {
  const reassigns = (enter: (id: string) => void) => {
    const mine = conversation('user_b')
    enter(mine)
    const { attributes } = spanOf({ inside: conversation('user_a'), late: { 'session.id': mine } })
    return attributes['session.id'] === mine
  }

  test('may be entered with bindSession and with contextWithSession', () => {
    expect(reassigns((id) => bindSession(() => {}, id))).toBe(true)
    expect(reassigns((id) => contextWithSession(context.active(), id))).toBe(true)
  })

  test('counts for 60 seconds after its scope was left, by return or by Promise, and not longer', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    // The registry begins to remember when it is first asked.
    reassigns(() => {})
    for (const [after, is] of [
      [59_000, true],
      [61_000, false],
    ] as const) {
      expect(
        reassigns((id) => {
          usingSession(id, () => {})
          vi.advanceTimersByTime(after)
        }),
      ).toBe(is)
      const mine = conversation('user_b')
      await usingSession(mine, async () => {})
      vi.advanceTimersByTime(after)
      const { attributes } = spanOf({ inside: conversation('user_a'), late: { 'session.id': mine } })
      expect(attributes['session.id'] === mine).toBe(is)
    }
  })

  test("is not noted after the first 1,000 scopes of the process, until LangChain's first span", () => {
    forgetSessions()
    for (let index = 0; index < 1000; index++) contextWithSession(context.active(), `another-${index}`)
    expect(reassigns(open)).toBe(false)
    expect(reassigns(open)).toBe(true)
  })

  test('counts however long its scope is open', () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    expect(
      reassigns((id) => {
        open(id)
        vi.advanceTimersByTime(3_600_000)
      }),
    ).toBe(true)
  })

  test('is forgotten after 10,000 others', () => {
    reassigns(() => {})
    expect(
      reassigns((id) => {
        open(id)
        for (let index = 0; index < 10_000; index++) contextWithSession(context.active(), `another-${index}`)
      }),
    ).toBe(false)
  })
})

describe('what the right context names too stays beside the explicit session', () => {
  test('the outer session, in a nested agent whose framework names it', () => {
    const [outer, inner] = [conversation('user_a'), conversation('user_a')]
    const tracing = startTracing()
    usingSession(outer, () => {
      usingSession(conversation('user_a'), () => {
        const { attributes } = spanOf({ inside: inner, late: { 'session.id': outer }, tracing })
        expect(attributes).toEqual({ 'session.id': inner, 'otel_sessions.overwritten_id': outer })
      })
    })
  })

  test('the ID of a record that a tool reads, on a span of another instrumentation', () => {
    const [mine, read] = [conversation('user_a'), conversation('user_b')]
    open(read)
    const { attributes } = spanOf({ inside: mine, late: { 'session.id': read }, instrumentation: 'my-tools' })
    expect(attributes).toEqual({ 'session.id': mine, 'otel_sessions.overwritten_id': read })
  })

  test.each(['default-thread', 'default', 'main_thread', 'undefined', 'null'])(
    'the constant %s, although it is open elsewhere',
    (constant) => {
      open(constant)
      const mine = conversation('user_a')
      const { attributes } = spanOf({ inside: mine, late: { 'session.id': constant } })
      expect(attributes['session.id']).toBe(mine)
    },
  )

  test('an alias that was there when the span started', () => {
    const [mine, other] = [conversation('user_a'), conversation('user_b')]
    open(other)
    const { attributes } = spanOf({ inside: mine, start: { thread_id: other }, late: { thread_id: other } })
    expect(attributes['session.id']).toBe(mine)
  })

  test('anything at all where callbacks run in the foreground', () => {
    process.env['LANGCHAIN_CALLBACKS_BACKGROUND'] = 'false'
    try {
      const [mine, other] = [conversation('user_a'), conversation('user_b')]
      open(other)
      expect(spanOf({ inside: mine, late: { 'session.id': other } }).attributes['session.id']).toBe(mine)
    } finally {
      delete process.env['LANGCHAIN_CALLBACKS_BACKGROUND']
    }
  })

  test('a session that setSpanSession or a start attribute set, and a cleared one', () => {
    const [mine, other] = [conversation('user_a'), conversation('user_b')]
    open(other)
    const { provider, sessions } = startTracing()
    const tracer = provider.getTracer(OPENINFERENCE)
    usingSession(conversation('user_c'), () => {
      const span = tracer.startSpan('set')
      setSpanSession(span, mine)
      span.setAttribute('thread_id', other)
      span.end()
    })
    usingSession(null, () => {
      const span = tracer.startSpan('cleared')
      span.setAttribute('session.id', other)
      span.end()
    })
    expect(sessions()).toEqual({ set: mine, cleared: undefined })
  })
})

describe('a reassigned span', () => {
  test('is counted, and logged once', () => {
    const warnings = collectWarnings()
    const mine = conversation('user_b')
    open(mine)
    for (const _ of [1, 2]) spanOf({ inside: conversation('user_a'), late: { 'session.id': mine } })
    expect(processStats().problems['langchain:reassigned']).toBe(2)
    expect(warnings.filter((line) => line.includes('langchain:reassigned'))).toHaveLength(1)
  })

  test('leaves the other spans of the scope alone, and passes its session on to what starts below it later', () => {
    const [mine, theirs] = [conversation('user_b'), conversation('user_a')]
    open(mine)
    const { provider, sessions } = startTracing()
    const tracer = provider.getTracer(OPENINFERENCE)
    usingSession(theirs, () => {
      const span = tracer.startSpan('step')
      const inside = trace.setSpan(context.active(), span)
      tracer.startSpan('below, before', {}, inside).end()
      span.setAttribute('session.id', mine)
      span.end()
      tracer.startSpan('below, later', {}, inside).end()
      tracer.startSpan('beside').end()
    })
    expect(sessions()).toEqual({
      'below, before': theirs,
      step: mine,
      'below, later': mine,
      beside: theirs,
    })
  })
})
