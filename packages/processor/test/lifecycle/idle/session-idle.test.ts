import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { getSession, processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import {
  type ExpiryReason,
  SessionIdle,
  type SessionIdleOptions,
  startSession,
} from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../../../test/support/tracing.ts'

afterEach(() => {
  vi.useRealTimers()
  stopTracing()
})

function watch(options: SessionIdleOptions) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const expired: [id: string, reason: ExpiryReason][] = []
  const idle = new SessionIdle({ onExpire: (...what) => expired.push(what), ...options })
  return { idle, expired }
}

function trace(options: SessionIdleOptions) {
  const watched = watch(options)
  const spanProcessors = [new SessionSpanProcessor(), watched.idle]
  return { ...watched, ...startTracing({}, { spanProcessors }) }
}

const problems = (run: () => void) => problemsOf(() => processStats().problems, run)

describe('a session without activity', () => {
  it('expires after the idle time, once', () => {
    const { idle, expired } = watch({ idle: 1000 })
    idle.touch('a')
    vi.advanceTimersByTime(999)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(expired).toEqual([['a', 'idle']])
    vi.advanceTimersByTime(10_000)
    expect(expired).toHaveLength(1)
    expect(idle.size).toBe(0)
  })

  it('expires later with every activity, up to maxAge', () => {
    const { idle, expired } = watch({ idle: 1000, maxAge: 2500 })
    for (let passed = 0; passed < 2500; passed += 500) {
      idle.touch('a')
      vi.advanceTimersByTime(500)
    }
    expect(expired).toEqual([['a', 'max-age']])
  })

  it('does not expire when it is deleted, and is new when it is touched again', () => {
    const { idle, expired } = watch({ maxAge: 1000 })
    idle.touch('a')
    vi.advanceTimersByTime(600)
    expect(idle.delete('a')).toBe(true)
    expect(idle.delete('a')).toBe(false)
    idle.touch('a')
    vi.advanceTimersByTime(600)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(400)
    expect(expired).toEqual([['a', 'max-age']])
  })

  it('does not expire because the system clock is set', () => {
    const { idle, expired } = watch({ idle: 1000 })
    vi.setSystemTime(0)
    idle.touch('a')
    vi.setSystemTime(10 ** 12)
    vi.advanceTimersByTime(999)
    expect(expired).toEqual([])
  })
})

describe('its cost', () => {
  it('is one timer for all sessions, and none when it is stopped', () => {
    const { idle, expired } = watch({ idle: 1000, maxAge: 5000 })
    for (let count = 0; count < 1000; count++) idle.touch(`s${count}`)
    expect(vi.getTimerCount()).toBe(1)
    idle.stop()
    idle.touch('late')
    expect(vi.getTimerCount()).toBe(0)
    expect(idle.size).toBe(0)
    vi.advanceTimersByTime(5000)
    expect(expired).toEqual([])
  })

  it('does not keep the process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const idle = new SessionIdle({ idle: 60_000 })
    idle.touch('a')
    expect(timers()).toBe(before)
    idle.stop()
  })

  it('is spread over several timers where many sessions expire at once', () => {
    const { idle, expired } = watch({ idle: 1000 })
    for (let count = 0; count < 250; count++) idle.touch(`s${count}`)
    vi.advanceTimersByTime(1000)
    expect(expired).toHaveLength(100)
    vi.advanceTimersByTime(2)
    expect(expired).toHaveLength(250)
  })

  it('is bounded when clients make up IDs: the session that is idle longest is forgotten', () => {
    const { idle, expired } = watch({ idle: 1000, maxAge: 5000, maxSessions: 50 })
    idle.touch('kept')
    const counted = problems(() => {
      for (let count = 0; count < 100_000; count++) {
        idle.touch(`made-up-${count}`)
        idle.touch('kept')
      }
    })
    expect(idle.size).toBe(50)
    expect(counted).toEqual({ 'idle:forgotten': 100_001 - 50 })
    vi.advanceTimersByTime(5000)
    expect(expired).toHaveLength(50)
    expect(expired).toContainEqual(['kept', 'idle'])
  })
})

describe('as a span processor', () => {
  it('counts the start and the end of each span as activity', () => {
    const { tracer, expired } = trace({ idle: 1000 })
    const span = usingSession('a', () => tracer.startSpan('work'))
    vi.advanceTimersByTime(900)
    span.end()
    vi.advanceTimersByTime(999)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(expired).toEqual([['a', 'idle']])
  })

  it('ignores spans without a session', () => {
    const { tracer, idle } = trace({ idle: 1000 })
    tracer.startSpan('work').end()
    tracer.startSpan('odd', { attributes: { 'session.id': 42 } }).end()
    expect(idle.size).toBe(0)
  })

  it('stops watching a session at its session.end', () => {
    const { tracer, idle } = trace({ idle: 1000 })
    usingSession('a', () => tracer.startSpan('work').end())
    expect(idle.size).toBe(1)
    usingSession('a', () => tracer.startSpan('session.end').end())
    expect(idle.size).toBe(0)
  })

  it('stops when the provider shuts down', async () => {
    const { provider, idle } = trace({ idle: 1000 })
    idle.touch('a')
    await provider.forceFlush()
    expect(idle.size).toBe(1)
    await provider.shutdown()
    expect(idle.size).toBe(0)
  })

  it('never throws into the application', () => {
    const { idle } = watch({ idle: 1000 })
    const hostile = new Proxy({}, { get: () => expect.fail('hostile') })
    expect(problems(() => idle.onStart(hostile))).toEqual({ 'span:unreadable': 1 })
    expect(problems(() => idle.onEnd({}))).toEqual({})
  })
})

describe('onExpire', () => {
  it('runs outside the span and the session that were active when the timer was set', async () => {
    const { tracer } = startTracing()
    const seen = await new Promise((resolve) => {
      const idle = new SessionIdle({ idle: 1, onExpire: () => resolve(getSession() ?? 'none') })
      usingSession('a', () => tracer.startActiveSpan('work', () => idle.touch('a')))
    })
    expect(seen).toBe('none')
  })

  it('ends a session that was started here as indeterminate by default', () => {
    const { provider, exportedSpans } = startTracing()
    const { idle } = watch({ idle: 1000, onExpire: undefined })
    const session = startSession({ sessionId: 'a' }, { tracerProvider: provider })
    idle.touch('a')
    idle.touch('of another process')
    vi.advanceTimersByTime(1000)
    expect(session.ended).toEqual({ state: 'indeterminate', reason: 'idle' })
    expect(exportedSpans()['session.end']).toEqual({
      'session.id': 'a',
      'session.end.state': 'indeterminate',
      'session.end.reason': 'idle',
    })
  })

  it('does not watch a session again that it ended', () => {
    const { idle, provider } = trace({ idle: 1000, onExpire: undefined })
    startSession({ sessionId: 'a' }, { tracerProvider: provider })
    expect(idle.size).toBe(1)
    vi.advanceTimersByTime(1000)
    expect(idle.size).toBe(0)
  })

  it('is not called for a session that has ended, until that is started again', () => {
    const { idle, provider } = trace({ idle: 1000 })
    const session = startSession({ sessionId: 'a' }, { tracerProvider: provider })
    session.trace('last turn', () => session.end({ state: 'success' }))
    session.feedback({ score: 1 })
    expect(idle.size).toBe(0)
    startSession({ sessionId: 'a' }, { tracerProvider: provider })
    expect(idle.size).toBe(1)
  })

  it('may touch the session, delete others, and stop', () => {
    const { idle, expired } = watch({
      idle: 1000,
      onExpire: (id, reason) => {
        expired.push([id, reason])
        if (id === 'a') idle.delete('b')
        if (expired.length < 3) idle.touch('a')
        else idle.stop()
      },
    })
    idle.touch('a')
    idle.touch('b')
    vi.advanceTimersByTime(10_000)
    expect(expired).toEqual([
      ['a', 'idle'],
      ['a', 'idle'],
      ['a', 'idle'],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['throws', () => expect.fail('hostile')],
    ['rejects', () => Promise.reject(new Error('hostile'))],
  ])('is counted where it %s, and other sessions expire all the same', async (_, onExpire) => {
    const called = vi.fn(onExpire)
    const { idle } = watch({ idle: 1000, onExpire: called })
    idle.touch('a')
    idle.touch('b')
    const before = processStats().problems['idle:on-expire'] ?? 0
    await vi.advanceTimersByTimeAsync(1000)
    expect(called).toHaveBeenCalledTimes(2)
    expect(processStats().problems['idle:on-expire']).toBe(before + 2)
  })
})

describe('invalid input', () => {
  it.each([
    [{}, 'SessionIdle: one of the options idle and maxAge must be given'],
    [undefined, 'SessionIdle: options must be an object, they are undefined'],
    [{ idle: 0 }, 'SessionIdle: option idle must be a whole number from 1 to 2147483647, it is 0'],
    [{ idle: '5m' }, 'SessionIdle: option idle must be a whole number'],
    [{ maxAge: Number.POSITIVE_INFINITY }, 'SessionIdle: option maxAge must be a whole number'],
    [{ idle: 1, onExpire: 'end' }, 'SessionIdle: option onExpire must be a function'],
    [{ idle: 1, maxSessions: 0 }, 'SessionIdle: option maxSessions must be a whole number from 1'],
    [{ idle: 1, timeout: 1 }, 'SessionIdle: there is no option "timeout"'],
  ])('throws for wrong options: %j', (options, message) => {
    expect(() => new SessionIdle(options as never)).toThrow(message)
  })

  it.each([undefined, 42, '', 'x'.repeat(200), 'café'])('counts an invalid ID: %s', (id) => {
    const { idle } = watch({ idle: 1000 })
    expect(problems(() => idle.touch(id as string))).toEqual({ 'idle:bad-id': 1 })
    expect(idle.size).toBe(0)
  })

  it('has the type of a SpanProcessor', () => {
    expect(new BasicTracerProvider({ spanProcessors: [new SessionIdle({ idle: 1 })] })).toBeDefined()
  })
})
