import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { type ExportResult, SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { chat, spanOf } from './support/spans.ts'

const sessionSpan = (name: string, session: string, attributes = {}) =>
  spanOf({ session, trace: name + session, id: 'w', name, attributes: { ...attributes } })

test('changes of returned totals affect no other totals', () => {
  const analytics = new SessionAnalytics()
  for (const session of ['a', 'b']) analytics.onEnd(spanOf({ session, trace: session, id: '1' }))
  const { userIds, tags } = analytics.stats('a') as unknown as { userIds: string[]; tags: string[] }
  userIds.push('bob')
  tags.push('vip')
  expect(analytics.stats('b')).toMatchObject({ userIds: [], tags: [] })
  expect(new SessionAnalytics().sessions()).toEqual([])
})

test('merge() rejects the instance itself, and JSON that is not parsed', () => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.merge(analytics)).toThrow('cannot be merged into itself')
  expect(() => analytics.merge(JSON.stringify(analytics) as never)).toThrow('parse the JSON first')
})

test('a rejected promise of another realm is counted, and the callback of an export runs once', async () => {
  const rejected = () => runInNewContext("Promise.reject(new Error('other'))")
  const analytics = new SessionAnalytics()
  analytics.onSessionEnd(rejected)
  analytics.onEnd(sessionSpan('session.end', 'a', { 'session.end.state': 'success' }))
  await analytics.forceFlush()
  await new Promise((resolve) => setImmediate(resolve))
  expect(analytics.counters().failed).toBe(1)
  const results: ExportResult[] = []
  analytics.exporter({ export: rejected, shutdown: async () => {} }).export([], (one) => results.push(one))
  await new Promise((resolve) => setImmediate(resolve))
  expect(results.map(({ code }) => code)).toEqual([1])
})

test('listeners are not called again for a removed session when another follows it', async () => {
  const ended: string[] = []
  const gone: string[] = []
  const analytics = new SessionAnalytics({ maxSessions: 1, onEvict: ({ id }) => void gone.push(id) })
  analytics.onSessionEnd(({ id }: SessionTotals) => void ended.push(id))
  analytics.onEnd(sessionSpan('session.end', 'a', { 'session.end.state': 'success' }))
  await analytics.forceFlush()
  analytics.onEnd(spanOf({ session: 'b', trace: 'b', id: '1' }))
  analytics.onEnd(sessionSpan('session.start', 'c', { 'session.previous_id': 'a' }))
  analytics.onEnd(spanOf({ session: 'd', trace: 'd', id: '1' }))
  await analytics.forceFlush()
  expect(ended).toEqual(['a'])
  expect(gone.filter((id) => id === 'a')).toEqual(['a'])
})

test('durations have no floating-point noise', () => {
  const analytics = new SessionAnalytics()
  const span = spanOf({ session: 'a', trace: 'a', id: '1', attributes: chat('m', 1, 1) })
  analytics.onEnd({ ...span, startTime: [1_700_000_000, 123_456_789], endTime: [1_700_000_000, 218_337_000] })
  expect(String(analytics.stats('a')?.durationMillis).length).toBeLessThan(9)
})

test('the wrapped exporter is flushed and shut down, and may empty the batch that it gets', async () => {
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

test('an invalid query throws, and the message names the option', () => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.sessions(null as never)).toThrow('options must be an object, they are null')
  expect(() => analytics.sessions({ limt: 1 } as never)).toThrow('"limt"')
})
