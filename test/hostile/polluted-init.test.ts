// What stands on Object.prototype is neither a part of a session nor an option.

import { SessionAnalytics } from '@otel-sessions/analytics'
import { SessionSpanExporter, type SessionSpanExporterOptions } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { getSession, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { endSessionsOnSignals, SessionIdle, startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing } from '../support/tracing.ts'

const POLLUTION = {
  sessionId: 'mallory_conv',
  userId: 'mallory',
  conversationId: 'mallory_conversation',
  previousSessionId: 'mallory_before',
  metadata: { role: 'admin' },
  tags: ['mallory'],
  name: 'mallory',
  startTime: 0,
}

function pollute(values: object, enumerable = true): void {
  for (const [key, value] of Object.entries(values)) {
    Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true, enumerable })
    keys.push(key)
  }
}

const keys: string[] = []
afterEach(() => {
  stopTracing()
  for (const key of keys.splice(0)) delete (Object.prototype as Record<string, unknown>)[key]
})

const A = 'user_a_conv'

/** What an application does while Object.prototype is polluted, and only then. */
function polluted<T>(values: object, enumerable: boolean, run: () => T): T {
  pollute(values, enumerable)
  try {
    return run()
  } finally {
    for (const key of keys.splice(0)) delete (Object.prototype as Record<string, unknown>)[key]
  }
}

describe.each([[true], [false]])('a polluted Object.prototype, enumerable %s,', (enumerable) => {
  it('names no user of usingSession', () => {
    const { tracer, exportedSpans } = startTracing()
    polluted(POLLUTION, enumerable, () => {
      usingSession({ sessionId: A }, () => tracer.startSpan('a').end())
    })
    expect(Object.entries(exportedSpans()['a'] ?? {})).toEqual([['session.id', A]])
  })

  it('names no session where usingSession adds a field', () => {
    const { tracer, exportedSpans } = startTracing()
    polluted(POLLUTION, enumerable, () => {
      usingSession({ sessionId: A }, () => {
        usingSession({ userId: 'alice' }, () => tracer.startSpan('a').end())
      })
    })
    expect(exportedSpans()).toEqual({ a: { 'session.id': A, 'user.id': 'alice' } })
  })

  it('names no session where there is none', () => {
    const { tracer, exportedSpans } = startTracing()
    const inside = polluted(POLLUTION, enumerable, () =>
      usingSession({ conversationId: 'own' }, () => {
        tracer.startSpan('a').end()
        return getSession()?.sessionId
      }),
    )
    expect(inside).toBeUndefined()
    expect(exportedSpans()).toEqual({ a: { 'gen_ai.conversation.id': 'own' } })
  })

  it('makes no session of what is none', () => {
    const { tracer, sessions } = startTracing()
    polluted(POLLUTION, enumerable, () => {
      usingSession(A, () => usingSession([] as never, () => tracer.startSpan('a').end()))
    })
    expect(sessions()).toEqual({ a: undefined })
  })

  it('names no user of setSpanSession', () => {
    const { tracer, exportedSpans } = startTracing()
    polluted(POLLUTION, enumerable, () => {
      const span = tracer.startSpan('a')
      setSpanSession(span, { sessionId: A })
      span.end()
    })
    expect(exportedSpans()).toEqual({ a: { 'session.id': A } })
  })

  it('names no user of startSession, and not the session itself', () => {
    const { exportedSpans } = startTracing()
    const [own, made] = polluted(POLLUTION, enumerable, () => {
      return [startSession({ sessionId: A }).id, startSession({ userId: 'alice' }).id]
    })
    expect(own).toBe(A)
    expect(made).not.toBe('mallory_conv')
    expect(JSON.stringify(exportedSpans())).not.toMatch(/mallory|admin/)
  })
})

describe('a session whose values are inherited', () => {
  class Request {
    get sessionId() {
      return A
    }
    get userId() {
      return 'alice'
    }
  }

  it.each([
    ['from a class', new Request()],
    ['from an object', Object.create({ sessionId: A, userId: 'alice' })],
    ['without a prototype', Object.assign(Object.create(null), { sessionId: A, userId: 'alice' })],
    [
      'through a proxy',
      new Proxy(
        {},
        {
          get: (_, key) => ({ sessionId: A, userId: 'alice' })[String(key)],
          has: (_, key) => ['sessionId', 'userId'].includes(String(key)),
        },
      ),
    ],
  ])('is read: %s', (_, session) => {
    const { tracer, exportedSpans } = startTracing()
    usingSession(session, () => tracer.startSpan('a').end())
    expect(exportedSpans()).toEqual({ a: { 'session.id': A, 'user.id': 'alice' } })
  })

  it('is read from a class beside a polluted Object.prototype', () => {
    const { tracer, exportedSpans } = startTracing()
    polluted(POLLUTION, true, () => usingSession(new Request(), () => tracer.startSpan('a').end()))
    expect(exportedSpans()).toEqual({ a: { 'session.id': A, 'user.id': 'alice' } })
  })
})

describe('an option on Object.prototype', () => {
  const delegate = { export: () => {}, shutdown: async () => {} }
  const WRONG = {
    onOverwrite: 'wrong',
    inferFromChildren: 'wrong',
    aliases: 'wrong',
    maxLength: 'wrong',
    defaultSession: 'mallory_conv',
    onInvalid: 'wrong',
    backends: 'wrong',
    backfill: 'wrong',
    maxWaitMillis: 'wrong',
    maxSpans: 'wrong',
    maxSessions: 'wrong',
    prices: 'wrong',
    onEvict: 'wrong',
    idleMillis: 'wrong',
    maxAge: 'wrong',
    onExpire: 'wrong',
    timeoutMillis: 'wrong',
    provider: 'wrong',
    tracerProvider: 'wrong',
    upload: 'wrong',
  }
  it.each<[string, () => unknown]>([
    ['SessionSpanProcessor', () => new SessionSpanProcessor()],
    ['SessionSpanProcessor with options', () => new SessionSpanProcessor({ maxLength: 100 })],
    ['SessionSpanExporter', () => new SessionSpanExporter(delegate)],
    ['SessionSpanExporter with options', () => new SessionSpanExporter(delegate, { maxLength: 100 })],
    ['backfill', () => backfill({ maxSpans: 10 })],
    ['SessionAnalytics', () => new SessionAnalytics()],
    ['SessionIdle', () => new SessionIdle({ idle: 1000 })],
    ['endSessionsOnSignals', () => endSessionsOnSignals({ signals: ['SIGUSR2'] })()],
    ['startSession', () => startSession(A, { maxInlineBytes: 10 })],
  ])('is no option of %s', (_, make) => {
    expect(() => polluted(WRONG, true, make)).not.toThrow()
  })

  it('is no default session', () => {
    const { tracer, sessions } = polluted(WRONG, false, () => startTracing({ maxLength: 100 }))
    tracer.startSpan('a').end()
    expect(sessions()).toEqual({ a: undefined })
  })

  it('leaves options of a class readable', () => {
    class Options {
      get maxLength() {
        return -1
      }
    }
    const make = () => new SessionSpanExporter(delegate, new Options() as SessionSpanExporterOptions)
    expect(() => polluted(WRONG, true, make)).toThrow('maxLength')
  })
})
