import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SessionAnalytics, type SessionTotals } from '../src/index.ts'
import { HOSTILE_SPANS } from './support/hostile.ts'
import { chat, EPOCH, spanMaker, spanOf } from './support/spans.ts'

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

test('a call below a span without a session is also below the spans above that one', () => {
  const above = spanOf({ id: 'a', session: 's', attributes: chat('m', 10, 5) })
  const between = spanOf({ id: 'b', parent: 'a' })
  const below = spanOf({ id: 'c', parent: 'b', session: 's', attributes: chat('m', 10, 5) })
  expect(counted(below, between, above).stats('s')?.llmCalls).toBe(1)
  expect(counted(above, between, below).stats('s')?.llmCalls).toBe(1)
  expect(counted(above, below, between).stats('s')?.llmCalls).toBe(1)
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

test('the total of tokens is never less than its parts, unless a span reports that', () => {
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
  const span = spanMaker()
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

test('a child that reports only zeros does not hide the usage of its parent', () => {
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

test('a clock that is set back causes no negative duration', () => {
  const totals = counted(spanOf({ id: 'a', session: 's', start: 500, end: 100 })).stats('s')
  expect(totals).toMatchObject({ durationMillis: 0, firstTime: EPOCH + 500, latency: { traces: { p99: 0 } } })
})

test('a span that names itself as its parent counts', () => {
  expect(
    counted(spanOf({ id: 'a', parent: 'a', session: 's', attributes: chat('m', 1, 1) })).stats('s'),
  ).toMatchObject({
    llmCalls: 1,
    tokens: { total: 2 },
  })
})

describe('spans whose parents are a circle', () => {
  const call = (id: string, parent: string) =>
    spanOf({ id, parent, session: 's', attributes: chat('m', 1, 1) })
  const plain = (id: string, parent: string, session?: string) => spanOf({ id, parent, session })

  test('count: of two calls that are each above the other, one', () => {
    const totals = counted(call('a', 'b'), call('b', 'a')).stats('s')
    expect(totals).toMatchObject({ spans: 2, llmCalls: 1, tokens: { total: 2 } })
  })

  test.each([
    ['the call comes first', [call('a', 'b'), plain('b', 'c', 's'), plain('c', 'a', 's')]],
    ['the call comes between', [plain('b', 'c', 's'), call('a', 'b'), plain('c', 'a', 's')]],
    ['the call comes last', [plain('b', 'c', 's'), plain('c', 'a', 's'), call('a', 'b')]],
    ['the others have no session', [plain('b', 'c'), call('a', 'b'), plain('c', 'a')]],
    [
      'all come first without a session',
      [
        spanOf({ id: 'a', parent: 'b', attributes: chat('m', 1, 1) }),
        plain('b', 'c'),
        plain('c', 'a'),
        call('a', 'b'),
        plain('b', 'c', 's'),
        plain('c', 'a', 's'),
      ],
    ],
  ])('count: of a call and two other spans, the call, if %s', (_, spans) => {
    expect(counted(...spans).stats('s')).toMatchObject({ llmCalls: 1, tokens: { total: 2 } })
  })

  test('count: of a call below a circle of other spans, the call', () => {
    const totals = counted(plain('b', 'c'), plain('c', 'b'), call('a', 'b')).stats('s')
    expect(totals).toMatchObject({ llmCalls: 1, tokens: { total: 2 } })
  })

  test('count: of a tool and another span, the tool', () => {
    const tool = spanOf({
      id: 'a',
      parent: 'b',
      session: 's',
      attributes: { 'gen_ai.operation.name': 'execute_tool' },
    })
    expect(counted(tool, plain('b', 'a', 's')).stats('s')?.toolCalls).toBe(1)
    expect(counted(plain('b', 'a', 's'), tool).stats('s')?.toolCalls).toBe(1)
  })
})

test('spans with IDs that are much longer than real ones are not counted, because they would be remembered', () => {
  const long = 'x'.repeat(65)
  const analytics = counted(
    spanOf({ id: long, session: 's' }),
    spanOf({ id: 'a', trace: long, session: 's' }),
    spanOf({ id: 'b', parent: long, session: 's', attributes: chat('m', 1, 1) }),
  )
  expect(analytics.counters().unreadable).toBe(2)
  expect(analytics.stats('s')).toMatchObject({ spans: 1, llmCalls: 1 })
})

test('invalid token counts are ignored and counted', () => {
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
        const span = spanMaker()
        const analytics = counted(...durations.map((end) => span('s', { end })))
        const sorted = durations.toSorted((one, other) => one - other)
        for (const [name, share] of [
          ['p50', 0.5],
          ['p90', 0.9],
          ['p99', 0.99],
        ] as const) {
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] as number
          const actual = analytics.stats('s')?.latency.traces?.[name] as number
          expect(Math.abs(actual - exact)).toBeLessThanOrEqual(exact * 0.010001)
        }
      },
    ),
  )
})

test('memory is bounded whatever the IDs are, and onEvict gets the totals of every removed session', async () => {
  const gone: SessionTotals[] = []
  const analytics = new SessionAnalytics({ maxSessions: 10, onEvict: (totals) => gone.push(totals) })
  const ids = [
    '__proto__',
    'constructor',
    'x'.repeat(199),
    ...Array.from({ length: 997 }, (_, id) => `${id}`),
  ]
  const span = spanMaker()
  for (const id of ids) analytics.onEnd(span(id, { attributes: chat('m', 2, 1) }))
  expect(analytics.counters()).toMatchObject({ sessions: 10, evicted: 990 })
  await analytics.forceFlush()
  expect(gone.map(({ id }) => id)).toEqual(ids.slice(0, 990))
  expect(gone.every(({ spans, tokens }) => spans === 1 && tokens.input === 2)).toBe(true)
})

test('what was counted for a removed session is not subtracted from another one', () => {
  const analytics = new SessionAnalytics({ maxSessions: 1 })
  analytics.onEnd(spanOf({ id: 'p', session: 'a', attributes: chat('m', 7, 7) }))
  analytics.onEnd(spanOf({ id: 'x', trace: 'other', session: 'b', attributes: chat('m', 1, 1) }))
  analytics.onEnd(spanOf({ id: 'c', parent: 'p', session: 'b', attributes: chat('m', 2, 2) }))
  expect(analytics.stats('b')).toMatchObject({ llmCalls: 2, tokens: { input: 3 } })
})

test('an idle session is removed, even if no span arrives', async () => {
  vi.useFakeTimers()
  const gone: string[] = []
  const analytics = new SessionAnalytics({ idleMillis: 1_000, onEvict: ({ id }) => gone.push(id) })
  const span = spanMaker()
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
  [{ idleMillis: '1' }, /option idleMillis .* it is a string of 1 character/],
  [{ onEvict: 3 }, /option onEvict must be a function, it is a value of type number/],
  [{ meterProvider: {} }, /option meterProvider must be a MeterProvider/],
  [{ prices: { m: { input: -1 } } }, /option prices\["m"\].input must be USD/],
  [{ prices: 3 }, /option prices must be an object/],
])('an invalid option throws, and the message names it: %j', (options, message) => {
  expect(() => new SessionAnalytics(options as never)).toThrow(message)
})

test('spans that throw when they are read are counted, and nothing throws', () => {
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

test('sessions() sorts and limits', () => {
  const span = spanMaker()
  const analytics = counted(
    span('a', { start: 5, attributes: chat('m', 1, 0) }),
    span('b', { start: 9, attributes: chat('m', 9, 0) }),
    span('c', { start: 7 }),
  )
  const ids = (query: object) => analytics.sessions(query).map(({ id }) => id)
  expect(ids({})).toEqual(['b', 'c', 'a'])
  expect(ids({ sort: 'tokens', limit: 2 })).toEqual(['b', 'a'])
  expect(() => ids({ sort: 'size' })).toThrow(/sort must be one of lastTime/)
  expect(() => ids({ limit: -1 })).toThrow(
    /limit must be a whole number from 0, or left out for all; it is -1$/,
  )
})

test.each([
  ['not an object', 3, /snapshot must be an object; it is 3$/],
  [
    'another version',
    { version: 1, sessions: [] },
    /snapshot\.version must be 2, that of this release: .*; it is 1$/,
  ],
  [
    'a session without sums',
    { version: 2, sessions: [{ id: 's' }] },
    /snapshot\.sessions\[0\]\.counts must be/,
  ],
])('an invalid snapshot throws, and adds nothing: %s', (_, snapshot, message) => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.merge(snapshot as never)).toThrow(message)
  expect(() => analytics.merge(snapshot as never)).toThrow(TypeError)
  expect(analytics.counters().sessions).toBe(0)
})

test('of many users, tags and models the first by name are kept, whatever the order, and the totals tell of more', () => {
  const span = spanMaker()
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

test("AgentOps' analytics and its table of session properties can be derived from the totals", () => {
  const span = spanMaker()
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

test('if the SDK does not tell where a parent is, a server or consumer span enters the process', () => {
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
