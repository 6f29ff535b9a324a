import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type ExportResult, SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { chat, spanOf } from './support/spans.ts'

const word = (name: string, session: string, attributes = {}) =>
  spanOf({ session, trace: name + session, id: 'w', name, attributes: { ...attributes } })

test('what is done to totals that were given out reaches nobody else', () => {
  const analytics = new SessionAnalytics()
  for (const session of ['a', 'b']) analytics.onEnd(spanOf({ session, trace: session, id: '1' }))
  const { userIds, tags } = analytics.stats('a') as unknown as { userIds: string[]; tags: string[] }
  userIds.push('bob')
  tags.push('vip')
  expect(analytics.stats('b')).toMatchObject({ userIds: [], tags: [] })
  expect(new SessionAnalytics().sessions()).toEqual([])
})

test('it is not merged into itself, and JSON is to be parsed first', () => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.merge(analytics)).toThrow('cannot be merged into itself')
  expect(() => analytics.merge(JSON.stringify(analytics) as never)).toThrow('parse the JSON first')
})

test('a promise of another realm that rejects is counted, and the callback of an export called once', async () => {
  const rejected = () => runInNewContext("Promise.reject(new Error('other'))")
  const analytics = new SessionAnalytics()
  analytics.onSessionEnd(rejected)
  analytics.onEnd(word('session.end', 'a', { 'session.end.state': 'success' }))
  await analytics.forceFlush()
  await new Promise((resolve) => setImmediate(resolve))
  expect(analytics.counters().failed).toBe(1)
  const results: ExportResult[] = []
  analytics.exporter({ export: rejected, shutdown: async () => {} }).export([], (one) => results.push(one))
  await new Promise((resolve) => setImmediate(resolve))
  expect(results.map(({ code }) => code)).toEqual([1])
})

test('a session that has ended and gone is not told of again when another follows it', async () => {
  const told: string[] = []
  const gone: string[] = []
  const analytics = new SessionAnalytics({ maxSessions: 1, onEvict: ({ id }) => void gone.push(id) })
  analytics.onSessionEnd(({ id }: SessionTotals) => void told.push(id))
  analytics.onEnd(word('session.end', 'a', { 'session.end.state': 'success' }))
  await analytics.forceFlush()
  analytics.onEnd(spanOf({ session: 'b', trace: 'b', id: '1' }))
  analytics.onEnd(word('session.start', 'c', { 'session.previous_id': 'a' }))
  analytics.onEnd(spanOf({ session: 'd', trace: 'd', id: '1' }))
  await analytics.forceFlush()
  expect(told).toEqual(['a'])
  expect(gone.filter((id) => id === 'a')).toEqual(['a'])
})

test('durations have no noise of floats', () => {
  const analytics = new SessionAnalytics()
  const span = spanOf({ session: 'a', trace: 'a', id: '1', attributes: chat('m', 1, 1) })
  analytics.onEnd({ ...span, startTime: [1_700_000_000, 123_456_789], endTime: [1_700_000_000, 218_337_000] })
  expect(String(analytics.stats('a')?.durationMillis).length).toBeLessThan(9)
})

test('the exporter that is wrapped is flushed and shut down, and may empty the batch that it gets', async () => {
  const called: string[] = []
  const analytics = new SessionAnalytics()
  const exporter = analytics.exporter<ReturnType<typeof spanOf>>({
    export(spans, callback) {
      spans.length = 0
      callback({ code: 0 })
    },
    forceFlush: async () => void called.push('forceFlush'),
    shutdown: async () => void called.push('shutdown'),
  })
  exporter.export([spanOf({ session: 'a', trace: 'a', id: '1' })], () => {})
  await exporter.forceFlush?.()
  await exporter.shutdown()
  expect(called).toEqual(['forceFlush', 'shutdown'])
  expect(analytics.stats('a')?.spans).toBe(1)
})

test('a query that is none is refused, and the option named', () => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.sessions(null as never)).toThrow('takes an object, it got null')
  expect(() => analytics.sessions({ limt: 1 } as never)).toThrow('"limt"')
})
