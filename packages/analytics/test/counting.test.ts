import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { HOSTILE_SPANS } from './support/hostile.ts'
import { chat, EPOCH, sketches, spanOf } from './support/spans.ts'

afterEach(() => {
  vi.useRealTimers()
})

const counted = (...spans: ReturnType<typeof spanOf>[]) => {
  const analytics = new SessionAnalytics()
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

test('usage that a framework reports on a span and on its child counts once, whichever ends first', () => {
  const parent = spanOf({ id: 'p', session: 's', attributes: chat('m', 10, 5) })
  const child = spanOf({ id: 'c', parent: 'p', session: 's', attributes: chat('m', 10, 5) })
  for (const order of [
    [parent, child],
    [child, parent],
  ]) {
    expect(counted(...order).stats('s')).toMatchObject({
      spans: 2,
      llmCalls: 1,
      tokens: { input: 10, output: 5, total: 15 },
    })
  }
})

test('a call that lies below a span without a session is still below what is above that', () => {
  const above = spanOf({ id: 'a', session: 's', attributes: chat('m', 10, 5) })
  const bare = spanOf({ id: 'b', parent: 'a' })
  const below = spanOf({ id: 'c', parent: 'b', session: 's', attributes: chat('m', 10, 5) })
  expect(counted(below, bare, above).stats('s')?.llmCalls).toBe(1)
  expect(counted(above, bare, below).stats('s')?.llmCalls).toBe(1)
  expect(counted(above, below, bare).stats('s')?.llmCalls).toBe(1)
})

test('a model without a price makes the cost undefined, never 0', () => {
  const analytics = new SessionAnalytics({ prices: { known: { input: 1, output: 2 } } })
  analytics.onEnd(spanOf({ id: 'a', session: 's', attributes: chat('known', 1_000_000, 500_000) }))
  expect(analytics.stats('s')?.cost).toEqual({ input: 1, output: 1, total: 2 })
  analytics.onEnd(spanOf({ id: 'b', session: 's', attributes: chat('unheard of', 1, 1) }))
  expect(analytics.stats('s')?.cost).toBeUndefined()
  expect(analytics.stats('s')?.models.map(({ model, cost }) => [model, cost?.total])).toEqual([
    ['known', 2],
    ['unheard of', undefined],
  ])
})

test('the total of tokens is never less than its parts, unless the span says so', () => {
  const embedding = {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.request.model': 'e',
    'gen_ai.usage.input_tokens': 100,
  }
  expect(counted(spanOf({ id: 'a', session: 's', attributes: embedding })).stats('s')).toMatchObject({
    tokens: { input: 100, output: 0, total: 100 },
    models: [{ tokens: { total: 100 } }],
  })
  const apart = {
    'openinference.span.kind': 'LLM',
    'llm.token_count.prompt': 10,
    'llm.token_count.completion': 50,
    'llm.token_count.total': 60,
    'llm.token_count.prompt_details.cache_read': 1000,
  }
  expect(counted(spanOf({ id: 'a', session: 's', attributes: apart })).stats('s')?.tokens).toMatchObject({
    input: 1010,
    output: 50,
    total: 1060,
  })
})

test('LLM calls without any usage make the cost undefined, never 0; a free model costs 0', () => {
  const span = sketches()
  const analytics = new SessionAnalytics({ prices: { free: { input: 0, output: 0 } } })
  const silent = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'silent' }
  analytics.onEnd(span('silent', { attributes: silent }))
  analytics.onEnd(span('free', { attributes: chat('free', 10, 5) }))
  analytics.onEnd(span('both', { attributes: chat('free', 10, 5) }))
  analytics.onEnd(span('both', { attributes: silent }))
  analytics.onEnd(span('none'))
  const costs = (id: string) => [
    analytics.stats(id)?.cost?.total,
    ...(analytics.stats(id)?.models.map(({ cost }) => cost?.total) ?? []),
  ]
  expect(costs('silent')).toEqual([undefined, undefined])
  expect(costs('free')).toEqual([0, 0])
  expect(costs('both')).toEqual([0, 0, undefined])
  expect(costs('none')).toEqual([0])
})

test('a child that reports nothing but zeros does not hide what its parent reports', () => {
  const parent = spanOf({ id: 'p', session: 's', attributes: chat('m', 100, 50) })
  const zeros = { ...chat('m', 0, 0), 'gen_ai.usage.cost': 0 }
  const child = spanOf({ id: 'c', parent: 'p', session: 's', attributes: zeros })
  for (const order of [
    [parent, child],
    [child, parent],
  ]) {
    expect(counted(...order).stats('s')).toMatchObject({ llmCalls: 1, tokens: { input: 100, total: 150 } })
  }
})

test('a clock that jumps back gives no negative duration', () => {
  const totals = counted(spanOf({ id: 'a', session: 's', start: 500, end: 100 })).stats('s')
  expect(totals).toMatchObject({ durationMillis: 0, firstTime: EPOCH + 500, latency: { traces: { p99: 0 } } })
})

test('token counts that are none are left out and counted', () => {
  const wrong = { ...chat('m', Number.NaN, -4), 'gen_ai.usage.cache_read.input_tokens': 1.5 }
  const analytics = counted(spanOf({ id: 'a', session: 's', attributes: wrong }))
  expect(analytics.stats('s')?.tokens).toMatchObject({ input: 0, output: 0, cachedInput: 0 })
  expect(analytics.counters().ignoredValues).toBe(3)
})

test('percentiles are within 1 % of the durations that occurred', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 60 }),
      (durations) => {
        const span = sketches()
        const analytics = counted(...durations.map((end) => span('s', { end })))
        const sorted = durations.toSorted((one, other) => one - other)
        for (const [name, share] of [
          ['p50', 0.5],
          ['p90', 0.9],
          ['p99', 0.99],
        ] as const) {
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] as number
          const told = analytics.stats('s')?.latency.traces?.[name] as number
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.010001)
        }
      },
    ),
  )
})

test('a session says things about itself, which is no work', () => {
  const span = sketches()
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
    feedback: { count: 3, scored: 2, mean: 0.75 },
    metrics: [{ name: 'clicks', count: 1, mean: 3, min: 3, max: 3 }],
    end: { state: 'success', reason: 'done', time: EPOCH + 30 },
    late: 1,
  })
})

test('listeners hear of an end once, after the span that brought it, and what they throw goes no further', async () => {
  const analytics = new SessionAnalytics()
  const heard: SessionTotals[] = []
  analytics.onSessionEnd(() => {
    throw new Error('a bug')
  })
  analytics.onSessionEnd(async () => {
    throw new Error('a later bug')
  })
  const all: string[] = []
  analytics.onSessionEnd(({ id }) => all.push(id))
  const stop = analytics.onSessionEnd((totals) => heard.push(totals))
  const span = sketches()
  const end = (session: string) =>
    span(session, { name: 'session.end', attributes: { 'session.end.state': 'failure' } })
  analytics.onEnd(end('s'))
  expect(heard).toEqual([])
  await analytics.forceFlush()
  analytics.onEnd(end('s'))
  await analytics.forceFlush()
  expect(heard.map(({ id, end: ended }) => [id, ended?.state])).toEqual([['s', 'failure']])
  expect(analytics.counters().failed).toBe(2)
  stop()
  analytics.onEnd(end('t'))
  await analytics.forceFlush()
  expect(heard).toHaveLength(1)
  expect(all).toEqual(['s', 't'])
})

test('memory is bounded whatever the IDs are, and every session that goes is handed over with its totals', async () => {
  const gone: SessionTotals[] = []
  const analytics = new SessionAnalytics({ maxSessions: 10, onEvict: (totals) => gone.push(totals) })
  const ids = [
    '__proto__',
    'constructor',
    'x'.repeat(199),
    ...Array.from({ length: 997 }, (_, id) => `${id}`),
  ]
  const span = sketches()
  for (const id of ids) analytics.onEnd(span(id, { attributes: chat('m', 2, 1) }))
  expect(analytics.counters()).toMatchObject({ sessions: 10, evicted: 990 })
  await analytics.forceFlush()
  expect(gone.map(({ id }) => id)).toEqual(ids.slice(0, 990))
  expect(gone.every(({ spans, tokens }) => spans === 1 && tokens.input === 2)).toBe(true)
})

test('what is taken back from a session that has gone is not taken from the one that has its place', () => {
  const analytics = new SessionAnalytics({ maxSessions: 1 })
  analytics.onEnd(spanOf({ id: 'p', session: 'a', attributes: chat('m', 7, 7) }))
  analytics.onEnd(spanOf({ id: 'x', trace: 'other', session: 'b', attributes: chat('m', 1, 1) }))
  analytics.onEnd(spanOf({ id: 'c', parent: 'p', session: 'b', attributes: chat('m', 2, 2) }))
  expect(analytics.stats('b')).toMatchObject({ llmCalls: 2, tokens: { input: 3 } })
})

test('a session of which nothing is heard goes, even if no span comes', async () => {
  vi.useFakeTimers()
  const gone: string[] = []
  const analytics = new SessionAnalytics({ idleMillis: 1_000, onEvict: ({ id }) => gone.push(id) })
  const span = sketches()
  analytics.onEnd(span('a'))
  await vi.advanceTimersByTimeAsync(900)
  analytics.onEnd(span('b'))
  await vi.advanceTimersByTimeAsync(100)
  expect(gone).toEqual([])
  await vi.advanceTimersByTimeAsync(300)
  expect(gone).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(gone).toEqual(['a', 'b'])
  expect(analytics.counters()).toMatchObject({ sessions: 0, idle: 2 })
  expect(vi.getTimerCount()).toBe(0)
})

test.each([
  [{ maxSession: 3 }, /there is no option "maxSession"/],
  [{ maxSessions: 0 }, /option maxSessions must be a whole number from 1 to 10000000, it is 0/],
  [{ idleMillis: '1' }, /option idleMillis .* it is a string of 1 characters/],
  [{ onEvict: 3 }, /option onEvict must be a function, it is a value of type number/],
  [{ meterProvider: {} }, /option meterProvider must be a MeterProvider/],
  [{ prices: { m: { input: -1 } } }, /option prices\["m"\].input must be USD/],
  [{ prices: 3 }, /option prices must be an object/],
])('wrong options throw, and the message names the option: %j', (options, message) => {
  expect(() => new SessionAnalytics(options as never)).toThrow(message)
})

test('spans that fail whoever reads them are counted, and nothing throws', () => {
  const analytics = new SessionAnalytics()
  for (const span of HOSTILE_SPANS) analytics.onEnd(span as never)
  expect(analytics.counters().unreadable).toBeGreaterThan(0)
  expect(analytics.stats('s')?.spans ?? 0).toBeLessThanOrEqual(HOSTILE_SPANS.length)
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (attributes, time) => {
      const one = { ...spanOf({ id: 'h', session: 's' }), attributes, startTime: time, endTime: time }
      analytics.onEnd(one as never)
    }),
  )
})

test('sessions come sorted and limited', () => {
  const span = sketches()
  const analytics = counted(
    span('a', { start: 5, attributes: chat('m', 1, 0) }),
    span('b', { start: 9, attributes: chat('m', 9, 0) }),
    span('c', { start: 7 }),
  )
  const ids = (query: object) => analytics.sessions(query).map(({ id }) => id)
  expect(ids({})).toEqual(['b', 'c', 'a'])
  expect(ids({ sort: 'tokens', limit: 2 })).toEqual(['b', 'a'])
  expect(() => ids({ sort: 'size' })).toThrow(/sort must be one of lastTime/)
  expect(() => ids({ limit: -1 })).toThrow(/limit must be a whole number from 0/)
})

test.each([
  ['no object', 3, /the top of the snapshot must be an object/],
  ['another version', { version: 2, sessions: [] }, /version of the snapshot must be one of 1, it is 2/],
  ['a session without sums', { version: 1, sessions: [{ id: 's' }] }, /sessions\[0\]\.sums of the snapshot/],
])('a snapshot that is none throws, and adds nothing: %s', (_, snapshot, message) => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.merge(snapshot as never)).toThrow(message)
  expect(() => analytics.merge(snapshot as never)).toThrow(TypeError)
  expect(analytics.counters().sessions).toBe(0)
})

test('of many users, tags and models the first by name are kept, in any order, and told that there are more', () => {
  const span = sketches()
  const numbers = Array.from({ length: 40 }, (_, number) => String(number).padStart(2, '0'))
  const make = (number: string) =>
    span('s', {
      attributes: { ...chat(`m${number}`, 1, 0), 'user.id': `u${number}`, 'tag.tags': [`t${number}`] },
    })
  const [up, down] = [counted(...numbers.map(make)), counted(...numbers.toReversed().map(make))]
  expect(down.stats('s')).toEqual(up.stats('s'))
  expect(up.stats('s')).toMatchObject({ moreUserIds: true, moreTags: true, otherModels: { llmCalls: 8 } })
  expect(up.stats('s')?.userIds).toEqual(numbers.slice(0, 32).map((number) => `u${number}`))
})

test("AgentOps' analytics and the property table of a session can be told from the totals", () => {
  const span = sketches()
  const analytics = new SessionAnalytics({ prices: { m: { input: 1, output: 2 } } })
  analytics.onEnd(span('s', { end: 900, isError: true, attributes: chat('m', 1_000, 0) }))
  const totals = analytics.stats('s') as SessionTotals
  expect({
    'LLM calls': totals.llmCalls,
    'Tool calls': totals.toolCalls,
    Actions: totals.agentSteps,
    Errors: totals.errors,
    Duration: `${(totals.durationMillis / 1000).toFixed(1)}s`,
    Cost: totals.cost?.total.toFixed(3),
  }).toEqual({ 'LLM calls': 1, 'Tool calls': 0, Actions: 0, Errors: 1, Duration: '0.9s', Cost: '0.001' })
})

test('what is marked as late counts as late, work as well as words, whatever is known of an end', () => {
  const span = sketches()
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
])("an application's own span that is called like a word of a session is work: %s", (_, where) => {
  const span = sketches()
  const named = (scope: string) => ({
    ...span('s', { name: 'session.event', attributes: chat('m', 10, 5) }),
    [where]: { name: scope },
  })
  const analytics = counted(named('shop'), named('@otel-sessions/processor/lifecycle'))
  expect(analytics.stats('s')).toMatchObject({ spans: 1, llmCalls: 1, events: 1 })
})

test('large numbers are measured too, and a mean lies between the smallest and the largest', () => {
  const span = sketches()
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

test('a word at no time ends nothing and starts nothing', () => {
  const span = sketches()
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

test('where the SDK cannot tell a remote parent, a span that serves or consumes is the entry of its trace', () => {
  const ofSdk1 = (id: string, session: string, kind: number) => ({
    ...spanOf({ id, trace: id, session }),
    parentSpanContext: undefined,
    parentSpanId: 'elsewhere',
    kind,
  })
  const analytics = counted(ofSdk1('a', 'server', 1), ofSdk1('b', 'consumer', 4), ofSdk1('c', 'client', 2))
  const traces = (id: string) => analytics.stats(id)?.latency.traces
  expect(traces('server')).toBeDefined()
  expect(traces('consumer')).toBeDefined()
  expect(traces('client')).toBeUndefined()
  const local = { ...spanOf({ id: 'd', session: 'local', parent: 'p' }), kind: 1 }
  expect(counted(local).stats('local')?.latency.traces).toBeUndefined()
})
