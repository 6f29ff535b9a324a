import { context, trace } from '@opentelemetry/api'
import {
  bindSession,
  getSession,
  processStats,
  type SessionInit,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings, problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const throwing = new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail })
function fail(): never {
  throw new Error('hostile')
}

const BAD: [what: string, session: unknown, code: string][] = [
  ['200 characters', 'x'.repeat(200), 'session-id:too-long'],
  ['an é', 'café', 'session-id:not-ascii'],
  ['CR LF', 'line1\r\nSet-Cookie: x=1', 'session-id:control-character'],
  ['nothing', '', 'session-id:empty'],
  ['a number', 42, 'session-id:not-a-string'],
  ['undefined', undefined, 'session-id:not-a-string'],
  ['an object whose sessionId is undefined', { sessionId: undefined }, 'session-id:not-a-string'],
  ['a Promise that was not awaited', Promise.resolve('s1'), 'session-id:not-a-string'],
  ['an array', ['s1'], 'session-id:not-a-string'],
  ['a proxy that throws', throwing, 'session:unreadable'],
]

describe('an invalid session ID', () => {
  it.each(BAD)('of %s: fn runs once, there is no session inside, and it is counted', (_, session, code) => {
    const { tracer, sessions } = startTracing()
    const fn = vi.fn(() => {
      expect(getSession()).toBeUndefined()
      tracer.startSpan('inside').end()
      return 'value'
    })
    const problems = problemsOf(
      () => processStats().problems,
      () => expect(usingSession(session as string, fn)).toBe('value'),
    )
    expect(fn).toHaveBeenCalledTimes(1)
    expect(problems).toEqual({ [code]: 1 })
    expect(sessions()).toEqual({ inside: undefined })
  })

  it.each(BAD)('of %s falls back neither to the outer scope nor to the active span', (_, session) => {
    const { tracer, sessions } = startTracing()
    usingSession('outer_1', () =>
      tracer.startActiveSpan('outer', (outer) => {
        usingSession(session as string, () =>
          tracer.startSpan('inside', { attributes: { thread_id: 't1' } }).end(),
        )
        outer.end()
      }),
    )
    expect(sessions()).toEqual({ inside: undefined, outer: 'outer_1' })
  })

  it('is logged once, with its type and length and without its value', () => {
    startTracing()
    const warnings = collectWarnings()
    // Its own reason, which no other test of this file has logged.
    const secret = `secret${'x'.repeat(300)}`
    for (let i = 0; i < 3; i++) usingSession({ userId: secret }, () => {})
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('too-long')
    expect(warnings[0]).toContain('a string of 306 characters')
    expect(warnings[0]).not.toContain('secret')
  })
})

describe('an invalid field beside a valid session ID', () => {
  const bad: [string, Partial<Record<keyof SessionInit, unknown>>, string][] = [
    ['userId', { userId: 'é' }, 'user-id:not-ascii'],
    ['conversationId', { conversationId: 7 }, 'conversation-id:not-a-string'],
    ['previousSessionId', { previousSessionId: '' }, 'previous-session-id:empty'],
    ['metadata', { metadata: 'text' }, 'metadata:not-an-object'],
    ['metadata value', { metadata: { nested: {} } }, 'metadata:bad-value'],
    ['metadata size', { metadata: { long: 'x'.repeat(4096) } }, 'metadata:too-long'],
    ['tags', { tags: 'beta' }, 'tags:not-an-array'],
    ['tag', { tags: [''] }, 'tags:bad-tag'],
    ['number of tags', { tags: Array.from({ length: 33 }, (_, index) => `t${index}`) }, 'tags:too-many'],
    [
      'metadata getter',
      Object.defineProperty({}, 'metadata', { get: fail, enumerable: true }),
      'metadata:unreadable',
    ],
  ]
  it.each(bad)('%s is left out and counted, the ID is stamped', (_, fields, code) => {
    const { tracer, sessions } = startTracing()
    const problems = problemsOf(
      () => processStats().problems,
      () => {
        const init = Object.defineProperties(
          { sessionId: 's1_good' },
          Object.getOwnPropertyDescriptors(fields),
        )
        usingSession(init as never, () => tracer.startSpan('inside').end())
      },
    )
    expect(problems).toEqual({ [code]: 1 })
    expect(sessions()).toEqual({ inside: 's1_good' })
  })
})

describe('an invalid session.id given to startSpan', () => {
  it('clears the session of that span and of its children, and is not exported', () => {
    const { tracer, exportedSpans, exporter } = startTracing()
    usingSession('outer_1', () =>
      tracer.startActiveSpan('bad', { attributes: { 'session.id': 'é' } }, (span) => {
        tracer.startSpan('under', { attributes: { thread_id: 't1' } }).end()
        span.end()
      }),
    )
    expect(exportedSpans()).toEqual({ under: { thread_id: 't1' }, bad: {} })
    expect(exporter.stats().dropped).toEqual({ 'not-ascii': 1 })
  })
})

describe('an invalid late session.id or alias', () => {
  it('is ignored or removed; the span is exported with what is valid', () => {
    const { tracer, sessions } = startTracing()
    const late = tracer.startSpan('late')
    late.setAttribute('session.id', 'é')
    late.setAttribute('session_id', 'é')
    late.setAttribute('thread_id', 't1')
    late.end()
    const alone = tracer.startSpan('alone')
    alone.setAttribute('session.id', 'line\n')
    alone.end()
    expect(sessions()).toEqual({ late: 't1', alone: undefined })
  })
})

describe('setSpanSession', () => {
  it('with an invalid ID clears the session, which the exporter applies', () => {
    const { tracer, sessions, exporter } = startTracing()
    usingSession('scope_1', () => {
      const span = tracer.startSpan('span')
      setSpanSession(span, '')
      span.end()
    })
    expect(sessions()).toEqual({ span: undefined })
    expect(exporter.stats().dropped).toEqual({ cleared: 1 })
  })

  it('only counts on a span that has ended or does not record', () => {
    const { tracer, sessions } = startTracing()
    const span = tracer.startSpan('span')
    span.end()
    const problems = problemsOf(
      () => processStats().problems,
      () => setSpanSession(span, 's1_late'),
    )
    expect(problems).toEqual({ 'set-span-session:not-recording': 1 })
    expect(sessions()).toEqual({ span: undefined })
  })

  it('only counts without an active span', () => {
    startTracing()
    const problems = problemsOf(
      () => processStats().problems,
      () => setSpanSession(trace.getActiveSpan(), 's1_late'),
    )
    expect(problems).toEqual({ 'set-span-session:no-span': 1 })
  })
})

describe('an unknown property', () => {
  it('is counted and named, because a misspelt sessionId leaves the work in the outer session', () => {
    startTracing()
    const warnings = collectWarnings()
    const problems = problemsOf(
      () => processStats().problems,
      () => usingSession({ sessionID: 's1_typo' } as never, () => {}),
    )
    expect(problems).toEqual({ 'session:unknown-field': 1 })
    expect(warnings[0]).toContain('"sessionID"')
  })
})

describe('a second argument that is not a function', () => {
  it('throws an error that names it', () => {
    expect(() => usingSession('s1_good', undefined as never)).toThrow(
      'fn must be a function, it is undefined',
    )
  })
})

describe('no context manager', () => {
  it('runs fn, and logs once what to register', () => {
    const warnings = collectWarnings()
    context.disable()
    const problems = problemsOf(
      () => processStats().problems,
      () => {
        expect(usingSession('s1_alone', () => 'value')).toBe('value')
        expect(usingSession('s1_alone', () => 'value')).toBe('value')
      },
    )
    expect(problems).toEqual({ 'context:no-manager': 2 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('setGlobalContextManager')
  })

  it('is not mistaken for one that loses the context after an await', async () => {
    context.disable()
    const lost = () => processStats().problems['context:lost-after-await']
    const before = lost()
    await usingSession('s1_alone', async () => {
      await null
    })
    expect(lost()).toBe(before)
  })

  it('is reported by bindSession as well', () => {
    context.disable()
    const problems = problemsOf(
      () => processStats().problems,
      () => bindSession(() => {}, 's1_alone'),
    )
    expect(problems).toEqual({ 'context:no-manager': 1 })
  })
})
