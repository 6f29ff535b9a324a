import { expect, test } from 'vitest'
import { SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { chat, EPOCH, spanMaker, type spanOf } from './support/spans.ts'

const counted = (...spans: ReturnType<typeof spanOf>[]) => {
  const analytics = new SessionAnalytics()
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

test('session spans set name, end, feedback and metrics, and are not work', () => {
  const span = spanMaker()
  const analytics = counted(
    span('s', { name: 'session.start', start: 0, attributes: { 'session.name': 'Ticket 12' } }),
    span('s', { start: 10 }),
    span('s', { name: 'session.feedback', start: 20, attributes: { 'session.feedback.score': 0.5 } }),
    span('s', { name: 'session.feedback', start: 21, attributes: { 'session.feedback.score': 1 } }),
    span('s', { name: 'session.feedback', start: 22, attributes: { 'session.feedback.label': 'kind' } }),
    span('s', {
      name: 'session.metric',
      start: 23,
      attributes: { 'session.metric.name': 'clicks', 'session.metric.value': 3 },
    }),
    span('s', {
      name: 'session.end',
      start: 30,
      end: 30,
      attributes: { 'session.end.state': 'success', 'session.end.reason': 'done' },
    }),
    span('s', { start: 40, end: 45 }),
  )
  expect(analytics.stats('s')).toMatchObject({
    name: 'Ticket 12',
    spans: 2,
    traces: 2,
    durationMillis: 45,
    feedback: {
      count: 3,
      scored: 2,
      names: [{ name: 'feedback', count: 3, scored: 2, mean: 0.75, min: 0.5, max: 1 }],
      moreNames: false,
    },
    metrics: [{ name: 'clicks', count: 1, mean: 3, min: 3, max: 3 }],
    end: { state: 'success', reason: 'done', time: EPOCH + 30 },
    late: 1,
  })
})

test('feedback is kept for each name, because each may have a scale of its own', () => {
  const span = spanMaker()
  const feedback = (name: unknown, score?: unknown) =>
    span('s', {
      name: 'session.feedback',
      attributes: { 'session.feedback.name': name, 'session.feedback.score': score },
    })
  const analytics = counted(
    feedback('stars', 5),
    feedback('stars', 2),
    feedback('stars'),
    feedback('helpful', 1),
    feedback(undefined),
    feedback('x'.repeat(201), 3),
    feedback('helpful', Number.NaN),
  )
  expect(analytics.stats('s')?.feedback).toEqual({
    count: 7,
    scored: 4,
    names: [
      { name: 'feedback', count: 1, scored: 0, mean: undefined, min: undefined, max: undefined },
      { name: 'helpful', count: 2, scored: 1, mean: 1, min: 1, max: 1 },
      { name: 'stars', count: 3, scored: 2, mean: 3.5, min: 2, max: 5 },
    ],
    moreNames: true,
  })
  expect(analytics.counters().ignoredValues).toBe(2)
  const copy = new SessionAnalytics()
  copy.merge(JSON.parse(JSON.stringify(analytics)))
  expect(copy.stats('s')).toEqual(analytics.stats('s'))
})

test('of feedback with more than 32 names, the smallest names are kept, in any order', () => {
  const names = Array.from({ length: 40 }, (_, name) => `n${String(name).padStart(2, '0')}`)
  const totals = [names, names.toReversed()].map((order) => {
    const span = spanMaker()
    const spans = order.map((name, score) =>
      span('s', {
        name: 'session.feedback',
        attributes: { 'session.feedback.name': name, 'session.feedback.score': score % 3 },
      }),
    )
    return counted(...spans).stats('s')?.feedback
  })
  for (const feedback of totals) {
    expect(feedback).toMatchObject({ count: 40, scored: 40, moreNames: true })
    expect(feedback?.names.map(({ name }) => name)).toEqual(names.slice(0, 32))
  }
})

test.each([
  ['x'.repeat(200), 'x'.repeat(200)],
  ['x'.repeat(32_768), 'x'.repeat(200)],
  [`${'x'.repeat(199)}\u{1F600} and more`, 'x'.repeat(199)],
])('a long reason of an end is shortened to 200 characters, and not ignored', (given, reason) => {
  const attributes = { 'session.end.state': 'failure', 'session.end.reason': given }
  const analytics = counted(spanMaker()('s', { name: 'session.end', attributes }))
  expect(analytics.stats('s')?.end).toMatchObject({ state: 'failure', reason })
  expect(analytics.counters().ignoredValues).toBe(0)
})

test('listeners are called once for an end, after the span that ends the session, and their errors are contained', async () => {
  const analytics = new SessionAnalytics()
  const calls: SessionTotals[] = []
  analytics.onSessionEnd(() => {
    throw new Error('a bug')
  })
  analytics.onSessionEnd(async () => {
    throw new Error('a later bug')
  })
  const all: string[] = []
  analytics.onSessionEnd(({ id }) => all.push(id))
  const stop = analytics.onSessionEnd((totals) => calls.push(totals))
  const span = spanMaker()
  const end = (session: string) =>
    span(session, { name: 'session.end', attributes: { 'session.end.state': 'failure' } })
  analytics.onEnd(end('s'))
  expect(calls).toEqual([])
  await analytics.forceFlush()
  analytics.onEnd(end('s'))
  await analytics.forceFlush()
  expect(calls.map(({ id, end: ended }) => [id, ended?.state])).toEqual([['s', 'failure']])
  expect(analytics.counters().failed).toBe(2)
  stop()
  analytics.onEnd(end('t'))
  await analytics.forceFlush()
  expect(calls).toHaveLength(1)
  expect(all).toEqual(['s', 't'])
})

test('a span that is marked as late counts as late, whether it is work or a session span, and whether an end is known', () => {
  const span = spanMaker()
  const late = { 'session.late': true }
  const analytics = counted(
    span('s', { attributes: late }),
    span('s', { name: 'session.event', attributes: late }),
    span('s', { attributes: { 'session.late': 'true' } }),
  )
  expect(analytics.stats('s')?.late).toBe(2)
})

test.each([
  ['of SDK 2', 'instrumentationScope'],
  ['of SDK 1', 'instrumentationLibrary'],
])("an application's own span with the name of a session span is work: %s", (_, where) => {
  const span = spanMaker()
  const named = (scope: string) => ({
    ...span('s', { name: 'session.event', attributes: chat('m', 10, 5) }),
    [where]: { name: scope },
  })
  const analytics = counted(named('shop'), named('@otel-sessions/processor/lifecycle'))
  expect(analytics.stats('s')).toMatchObject({ spans: 1, llmCalls: 1, events: 1 })
})

test('metrics accept large numbers, and a mean is between the smallest and the largest', () => {
  const span = spanMaker()
  const metric = (name: string, value: unknown) =>
    span('s', {
      name: 'session.metric',
      attributes: { 'session.metric.name': name, 'session.metric.value': value },
    })
  const wrong = [Number.POSITIVE_INFINITY, Number.NaN, 1e300, 2 ** 53, '7']
  const analytics = counted(
    metric('bytes', 5e9),
    metric('bytes', 1.7e12),
    metric('most', -Number.MAX_SAFE_INTEGER),
    metric('tiny', 4e-7),
    ...wrong.map((value) => metric('wrong', value)),
  )
  expect(analytics.stats('s')?.metrics).toEqual([
    { name: 'bytes', count: 2, mean: 852.5e9, min: 5e9, max: 1.7e12 },
    {
      name: 'most',
      count: 1,
      mean: -Number.MAX_SAFE_INTEGER,
      min: -Number.MAX_SAFE_INTEGER,
      max: -Number.MAX_SAFE_INTEGER,
    },
    { name: 'tiny', count: 1, mean: 4e-7, min: 4e-7, max: 4e-7 },
  ])
  expect(analytics.counters().ignoredValues).toBe(wrong.length)
  const copy = new SessionAnalytics()
  copy.merge(JSON.parse(JSON.stringify(analytics)))
  expect(copy.stats('s')).toEqual(analytics.stats('s'))
})

test('a session span without a valid time neither ends nor starts a session', () => {
  const span = spanMaker()
  const never = { startTime: [Number.POSITIVE_INFINITY, 0], endTime: [Number.POSITIVE_INFINITY, 0] }
  const end = { name: 'session.end', attributes: { 'session.end.state': 'success' } }
  const start = {
    name: 'session.start',
    attributes: { 'session.name': 'n', 'session.previous_id': 'before' },
  }
  const analytics = counted({ ...span('s', end), ...never }, { ...span('s', start), ...never })
  expect(analytics.stats('s')).toMatchObject({ end: undefined, name: undefined })
  expect(analytics.stats('before')).toBeUndefined()
})
