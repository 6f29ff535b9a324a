import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, expect, test, vi } from 'vitest'
import { SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { chat, spanMaker, spanOf } from './support/spans.ts'

afterEach(() => {
  vi.useRealTimers()
  context.disable()
})

const ending = { name: 'session.end', attributes: { 'session.end.state': 'success' } }

test('onEvict may end spans and merge: no session is lost, or found under the ID of another', async () => {
  const span = spanMaker()
  const other = new SessionAnalytics()
  other.onEnd(span('merged'))
  const gone: string[] = []
  const analytics: SessionAnalytics = new SessionAnalytics({
    maxSessions: 3,
    onEvict: ({ id }) => {
      gone.push(id)
      if (gone.length > 3) return
      analytics.onEnd(span('ops', { attributes: { 'user.id': 'ops' } }))
      analytics.merge(other)
    },
  })
  for (const id of ['s1', 's2', 's3', 's4']) analytics.onEnd(span(id))
  expect(gone).toEqual([])
  for (let round = 0; round < 4; round++) await analytics.forceFlush()
  for (const id of ['n1', 'n2', 'n3', 'n4']) analytics.onEnd(span(id))
  await analytics.forceFlush()
  expect(analytics.sessions().map(({ id }) => id)).toHaveLength(3)
  for (const id of ['n2', 'n3', 'n4']) expect(analytics.stats(id)).toMatchObject({ id, spans: 1 })
  expect(analytics.counters()).toMatchObject({ sessions: 3, evicted: gone.length, failed: 0 })
})

test('onEvict that ends a span does not affect the span that caused the removal', async () => {
  const analytics: SessionAnalytics = new SessionAnalytics({
    maxSessions: 1,
    onEvict: () => analytics.onEnd(spanOf({ trace: 'db', id: 'db', parent: 'x', start: 9_000, end: 9_999 })),
  })
  const usage = { trace: 'T', session: 'new', attributes: chat('m', 100, 50) }
  analytics.onEnd(spanOf({ id: 'old', trace: 'old', session: 'old' }))
  analytics.onEnd(spanOf({ ...usage, id: 'agent', end: 1_000 }))
  await analytics.forceFlush()
  analytics.onEnd(spanOf({ ...usage, id: 'call', parent: 'agent', end: 500 }))
  expect(analytics.stats('new')).toMatchObject({ durationMillis: 1_000, llmCalls: 1, tokens: { total: 150 } })
})

test('onEvict that always removes another session does not block the process', async () => {
  const span = spanMaker()
  const gone: string[] = []
  const analytics: SessionAnalytics = new SessionAnalytics({
    maxSessions: 1,
    onEvict: ({ id }) => {
      gone.push(id)
      analytics.onEnd(span(`${id}'`))
    },
  })
  analytics.onEnd(span('a'))
  analytics.onEnd(span('b'))
  await analytics.forceFlush()
  expect(gone.length).toBeGreaterThan(0)
  await analytics.shutdown()
  await vi.waitUntil(() => gone.length > 10, 60_000)
})

test('the idle clock has one timer, whatever onEvict does', async () => {
  vi.useFakeTimers()
  const span = spanMaker()
  const analytics: SessionAnalytics = new SessionAnalytics({
    idleMillis: 40,
    onEvict: () => analytics.onEnd(span(undefined)),
  })
  for (let round = 0; round < 40; round++) {
    analytics.onEnd(span(`live-${round}`))
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(analytics.counters().idle).toBeGreaterThan(10)
  expect(vi.getTimerCount()).toBe(1)
})

test('very many idle sessions are removed over consecutive turns of the event loop', async () => {
  vi.useFakeTimers()
  const span = spanMaker()
  const analytics = new SessionAnalytics({ idleMillis: 4_000 })
  for (let id = 0; id < 1_200; id++) analytics.onEnd(span(`s${id}`))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(analytics.counters().idle).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(analytics.counters().idle).toBe(500)
  await vi.advanceTimersByTimeAsync(2)
  expect(analytics.counters()).toMatchObject({ idle: 1_200, sessions: 0 })
})

test('a session that ends and is removed at once is reported with its own totals, its end first', async () => {
  const calls: [string, SessionTotals][] = []
  const span = spanMaker()
  const analytics = new SessionAnalytics({
    maxSessions: 1,
    onEvict: (totals) => calls.push(['removed', totals]),
  })
  analytics.onSessionEnd((totals) => calls.push(['ended', totals]))
  analytics.onEnd(span('a', { attributes: chat('m', 7, 7) }))
  analytics.onEnd(span('a', ending))
  analytics.onEnd(span('b', ending))
  analytics.onEnd(span('b', { attributes: chat('m', 1, 1) }))
  await analytics.forceFlush()
  expect(calls.map(([what, { id, tokens }]) => [what, id, tokens.input])).toEqual([
    ['ended', 'a', 7],
    ['removed', 'a', 7],
    ['ended', 'b', 1],
  ])
})

test('listeners and timers run in the root context, not in the scope of a session', async () => {
  vi.useFakeTimers()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const key = createContextKey('scope')
  const seen: unknown[] = []
  const look = () => seen.push(context.active().getValue(key))
  const span = spanMaker()
  const analytics = new SessionAnalytics({ idleMillis: 40, maxSessions: 2, onEvict: look })
  analytics.onSessionEnd(look)
  context.with(ROOT_CONTEXT.setValue(key, 'a scope'), () => {
    for (const id of ['a', 'b', 'c']) analytics.onEnd(span(id))
    analytics.onEnd(span('c', ending))
  })
  await vi.advanceTimersByTimeAsync(100)
  expect(seen).toEqual([undefined, undefined, undefined, undefined])
  const timers = vi.spyOn(globalThis, 'setTimeout').mockImplementation((() => look()) as never)
  context.with(ROOT_CONTEXT.setValue(key, 'a scope'), () => analytics.onEnd(span('d')))
  expect(timers).toHaveBeenCalledOnce()
  expect(seen.at(-1)).toBeUndefined()
  expect(seen).toHaveLength(5)
  timers.mockRestore()
})
