import { DiagLogLevel, diag } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SessionAnalytics } from '../../src/index.ts'
import { chat, spanMaker, spanOf } from '../support/spans.ts'

const PRICES = { m: { input: 1, output: 2 } }
const SILENT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
const AGENT = { ...chat('m', 300, 30), 'gen_ai.operation.name': 'invoke_agent' }
/** Nothing tells whether these 5,000 tokens include the 4,000 from the cache. */
const UNDECIDED = { ...chat('claude-sonnet-4-5', 5_000, 200), 'gen_ai.usage.cache_read.input_tokens': 4_000 }

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  const log = (...line: unknown[]) => void lines.push(line.join(' '))
  const silent = () => undefined
  diag.setLogger(
    { error: log, warn: log, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  )
})
afterEach(() => diag.disable())

test('without prices, no usage without a price is logged', () => {
  const analytics = new SessionAnalytics()
  analytics.onEnd(spanOf({ id: 'a', session: 's', attributes: chat('m', 1, 1) }))
  expect(analytics.counters().unpricedUsages).toBe(1)
  expect(lines).toEqual([])
})

test('a usage without a price that counts on a span below is not logged', () => {
  const analytics = new SessionAnalytics({ prices: PRICES })
  analytics.onEnd(spanOf({ id: 'b', parent: 'a', session: 's', attributes: chat('m', 1, 1) }))
  analytics.onEnd(spanOf({ id: 'a', session: 's', attributes: chat('new', 1, 1) }))
  expect(lines).toEqual([])
})

test('a usage without a cost is not logged if a span beside it reports the same call with one', () => {
  const analytics = new SessionAnalytics({ prices: PRICES })
  const spans = [
    { scope: 'sdk', start: 10, end: 90, attributes: chat('m', 10, 5) },
    { scope: 'framework', start: 0, end: 100, attributes: chat('new', 10, 5) },
  ]
  for (const { scope, attributes, ...times } of spans) {
    const withId = { ...attributes, 'gen_ai.response.id': 'r' }
    const span = spanOf({ id: scope, parent: 'root', session: 's', ...times, attributes: withId })
    analytics.onEnd({ ...span, instrumentationScope: { name: scope } })
  }
  expect(analytics.counters()).toMatchObject({ reportedTwice: 1, unpricedUsages: 0 })
  expect(lines.filter((line) => line.includes('has no cost'))).toEqual([])
})

test('a call without usage that turns out to be above another call is not logged', () => {
  const analytics = new SessionAnalytics()
  analytics.onEnd(spanOf({ id: 'a', parent: 'root', session: 's', attributes: SILENT }))
  analytics.onEnd(spanOf({ id: 'b', parent: 'a', session: 's', attributes: chat('m', 1, 1) }))
  analytics.onEnd(spanOf({ id: 'root', session: 's' }))
  expect(lines).toEqual([])
})

test('a call without usage is logged once, with what to do, but not while a span above may report the usage', () => {
  const logged = () => lines.filter((line) => line.includes('a call of a model reports no usage'))
  const analytics = new SessionAnalytics()
  analytics.onEnd(spanOf({ id: 'a', parent: 'agent', session: 's', attributes: SILENT }))
  analytics.onEnd(spanOf({ id: 'agent', session: 's', attributes: AGENT }))
  expect(logged()).toEqual([])
  const span = spanMaker()
  for (const session of ['s', 't']) analytics.onEnd(span(session, { attributes: SILENT }))
  expect(logged()).toEqual([expect.stringContaining('include_usage')])
})

test('counters add up usages without a cost, and each reason is logged once', () => {
  const span = spanMaker()
  const analytics = new SessionAnalytics({
    prices: { ...PRICES, 'claude-sonnet-4-5': PRICES.m },
    maxSessions: 1,
  })
  for (const session of ['a', 'b']) {
    analytics.onEnd(span(session, { attributes: chat('new', 1, 1) }))
    analytics.onEnd(span(session, { attributes: UNDECIDED }))
  }
  expect(analytics.counters()).toMatchObject({ sessions: 1, unpricedUsages: 2, undecidedUsages: 2 })
  expect(lines.filter((line) => line.includes('has no cost'))).toEqual([
    expect.stringContaining('has no price of its model'),
    expect.stringContaining('was read from and written to a cache'),
  ])
})
