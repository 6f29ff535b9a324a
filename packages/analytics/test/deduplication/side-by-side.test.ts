import { DiagLogLevel, diag } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { SessionAnalytics } from '../../src/index.ts'
import { chat, type SpanInit, spanOf } from '../support/spans.ts'

const PRICES = { 'gpt-4o': { input: 2, output: 10 } }

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

interface CallInit extends Partial<SpanInit> {
  readonly id: string
  readonly scope?: string
  readonly model?: string
  readonly input?: number
  readonly output?: number
  readonly response?: string | undefined
  readonly more?: Readonly<Record<string, unknown>>
}

/** A span of an LLM call, by one instrumentation. */
const callOf = (init: CallInit) => {
  const { scope = 'langchain', model = 'gpt-4o', input = 100, output = 20, response, more, ...rest } = init
  const attributes = { ...chat(model, input, output), 'gen_ai.response.id': response, ...more }
  return {
    ...spanOf({ session: 's', parent: 'root', ...rest, attributes }),
    instrumentationScope: { name: scope },
  }
}

const counted = (spans: readonly ReturnType<typeof spanOf>[]) => {
  const analytics = new SessionAnalytics({ prices: PRICES })
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

const ordersOf = <T>(spans: readonly T[]): T[][] =>
  spans.length < 2
    ? [[...spans]]
    : spans.flatMap((span, index) => ordersOf(spans.toSpliced(index, 1)).map((rest) => [span, ...rest]))

const outer = (more: Partial<CallInit> = {}) =>
  callOf({ id: 'a', scope: 'langchain', start: 0, end: 100, ...more })
const inner = (more: Partial<CallInit> = {}) =>
  callOf({ id: 'b', scope: 'openai', start: 10, end: 90, ...more })

/** Counts in every order, which must all give the same, and returns the totals of session `s`. */
function totalsOf(...spans: ReturnType<typeof spanOf>[]) {
  const [first, ...others] = ordersOf(spans).map(counted)
  for (const other of others) {
    expect(other.stats('s')).toEqual(first?.stats('s'))
    expect(other.counters().reportedTwice).toBe(first?.counters().reportedTwice)
  }
  const totals = first?.stats('s') ?? expect.fail('no totals')
  return { ...totals, reportedTwice: first?.counters().reportedTwice }
}

const ONCE = { llmCalls: 1, reportedTwice: 1 }
const TWICE = { llmCalls: 2, reportedTwice: 0 }

describe('a call that two instrumentations report on spans side by side counts once', () => {
  test('if the second span is inside the time of the first and reports the same usage of the same model', () => {
    const totals = totalsOf(outer(), inner())
    expect(totals).toMatchObject({ ...ONCE, spans: 2, tokens: { input: 100, output: 20, total: 120 } })
    expect(totals.cost?.total).toBeCloseTo(0.0004, 9)
    expect(totals.latency.llmCalls).toBeDefined()
  })

  test('if one span has the requested model and the other that of the response', () => {
    expect(totalsOf(outer(), inner({ model: 'gpt-4o-2024-08-06' }))).toMatchObject(ONCE)
    const response = { 'gen_ai.response.model': 'our-deployment-7' }
    expect(totalsOf(outer(), inner({ more: response }))).toMatchObject(ONCE)
  })

  test('if both have the response ID, whatever else they report', () => {
    const silent = outer({ response: 'r1', input: 0, output: 0, model: 'other' })
    expect(totalsOf(silent, inner({ response: 'r1' }))).toMatchObject({
      ...ONCE,
      callsWithoutUsage: 0,
      tokens: { total: 120 },
    })
  })

  test('if both have the response ID and begin late, as in a busy process', () => {
    const late = { start: 50, end: 150, response: 'r1' }
    expect(totalsOf(outer({ response: 'r1' }), inner(late))).toMatchObject(ONCE)
  })

  test('if only one has a response ID', () => {
    expect(totalsOf(outer(), inner({ response: 'r1' }))).toMatchObject(ONCE)
  })

  test('if a rounded time makes the inner span begin before the outer one', () => {
    expect(totalsOf(outer({ start: 11 }), inner())).toMatchObject(ONCE)
  })

  test('if three instrumentations report it', () => {
    const third = callOf({ id: 'c', scope: 'traceloop', start: 20, end: 80 })
    expect(totalsOf(outer(), inner(), third)).toMatchObject({ llmCalls: 1, reportedTwice: 2 })
  })
})

describe('calls that may be two count twice', () => {
  test('if their response IDs differ', () => {
    expect(totalsOf(outer({ response: 'r1' }), inner({ response: 'r2' }))).toMatchObject(TWICE)
    const third = callOf({ id: 'c', scope: 'traceloop', start: 20, end: 80, response: 'r2' })
    expect(totalsOf(outer({ response: 'r1' }), inner(), third)).toMatchObject({
      llmCalls: 2,
      reportedTwice: 1,
    })
  })

  test.each([
    ['the same instrumentation reports both', { scope: 'langchain' }],
    ['the second is not inside the time of the first', { start: 50, end: 150 }],
    ['they report different input', { input: 101 }],
    ['they report different output', { output: 21 }],
    ['they are of different models', { model: 'gpt-4o-mini' }],
    ['they are in different traces', { trace: 'other' }],
  ])('if %s', (_, more) => {
    expect(totalsOf(outer(), inner(more))).toMatchObject(TWICE)
  })

  test('if both have the response ID, one after the other, as an answer that is kept', () => {
    const later = { start: 110, end: 150, response: 'r1' }
    expect(totalsOf(outer({ response: 'r1' }), inner(later))).toMatchObject(TWICE)
  })

  test('if neither reports usage or a response ID', () => {
    const silent = { input: 0, output: 0 }
    expect(totalsOf(outer(silent), inner(silent))).toMatchObject({ ...TWICE, callsWithoutUsage: 2 })
  })
})

test('two equal calls at the same time under two instrumentations stay two', () => {
  const spans = [
    callOf({ id: 'a1', scope: 'langchain', start: 0, end: 100 }),
    callOf({ id: 'a2', scope: 'langchain', start: 5, end: 95 }),
    callOf({ id: 'b1', scope: 'openai', start: 10, end: 90 }),
    callOf({ id: 'b2', scope: 'openai', start: 20, end: 80 }),
  ]
  expect(totalsOf(...spans)).toMatchObject({ llmCalls: 2, reportedTwice: 2, tokens: { total: 240 } })
  expect(totalsOf(...spans.slice(0, 3))).toMatchObject({ llmCalls: 2, reportedTwice: 1 })
})

test('a span with the same response ID is the same call, before one that only has the same usage', () => {
  const same = callOf({ id: 'c', scope: 'openai', start: 20, end: 50, input: 0, output: 0, response: 'r' })
  expect(totalsOf(outer({ response: 'r' }), inner(), same)).toMatchObject({
    llmCalls: 2,
    callsWithoutUsage: 0,
    tokens: { total: 240 },
  })
})

test('calls whose usage is on spans below both of them count twice, because the usage does', () => {
  const silent = { input: 0, output: 0, response: 'r' }
  const below = ['a', 'b'].map((parent) =>
    spanOf({ id: `x${parent}`, parent, session: 's', attributes: { 'gen_ai.usage.input_tokens': 100 } }),
  )
  expect(totalsOf(outer(silent), inner(silent), ...below)).toMatchObject({ ...TWICE, tokens: { total: 200 } })
})

describe('the span whose cost is known better counts', () => {
  test('one that reports a cost, before one that has a price', () => {
    const reporting = inner({ more: { 'gen_ai.usage.cost': 0.5 } })
    expect(totalsOf(outer(), reporting).cost?.total).toBe(0.5)
    expect(totalsOf(outer({ more: { 'gen_ai.usage.cost': 0.5 } }), inner()).cost?.total).toBe(0.5)
  })

  test('one that tells cached tokens apart, before one that does not', () => {
    const details = { 'gen_ai.usage.cache_read.input_tokens': 50 }
    expect(totalsOf(outer(), inner({ more: details })).tokens.cachedInput).toBe(50)
    expect(totalsOf(outer({ more: details }), inner()).tokens.cachedInput).toBe(50)
  })

  test('of two whose cost is known as well, the one with more tokens, so that no cost is low', () => {
    const begun = { response: 'r', output: 1 }
    expect(totalsOf(outer({ response: 'r' }), inner(begun)).tokens.output).toBe(20)
    expect(totalsOf(outer(begun), inner({ response: 'r' })).cost?.total).toBeCloseTo(0.0004, 9)
  })

  test('more tokens count before more details', () => {
    const begun = { response: 'r', output: 1, more: { 'gen_ai.usage.reasoning.output_tokens': 0 } }
    expect(totalsOf(outer(begun), inner({ response: 'r' })).tokens.output).toBe(20)
    expect(totalsOf(outer({ response: 'r' }), inner(begun)).tokens.output).toBe(20)
  })

  test('more tokens of input count before more of output', () => {
    const more = { response: 'r', input: 1_000, output: 19 }
    expect(totalsOf(outer({ response: 'r' }), inner(more)).tokens.input).toBe(1_000)
    expect(totalsOf(outer(more), inner({ response: 'r' })).tokens.input).toBe(1_000)
  })

  test('as many tokens with more of them in the output count before the others', () => {
    const swapped = { response: 'r', input: 20, output: 100 }
    expect(totalsOf(outer({ response: 'r' }), inner(swapped)).tokens.output).toBe(100)
    expect(totalsOf(outer(swapped), inner({ response: 'r' })).tokens.output).toBe(100)
  })

  test('of two that report a cost, the one with the higher cost', () => {
    const low = { response: 'r', output: 30, more: { 'gen_ai.usage.cost': 0.1 } }
    const high = { response: 'r', more: { 'gen_ai.usage.cost': 0.5 } }
    expect(totalsOf(outer(low), inner(high)).cost?.total).toBe(0.5)
    expect(totalsOf(outer(high), inner(low)).cost?.total).toBe(0.5)
  })

  test('one that has usage, before one that has none', () => {
    const silent = { input: 0, output: 0, response: 'r' }
    expect(totalsOf(outer({ response: 'r' }), inner(silent)).tokens.total).toBe(120)
  })

  test('one whose usage is on a span below it', () => {
    const call = outer({ input: 0, output: 0, response: 'r' })
    const below = spanOf({
      id: 'x',
      parent: 'a',
      session: 's',
      attributes: { 'gen_ai.usage.input_tokens': 100 },
    })
    expect(totalsOf(call, below, inner({ response: 'r' }))).toMatchObject({ ...ONCE, tokens: { total: 100 } })
  })
})

test('a span that turns out to be above another call is no call, and the one beside it counts again', () => {
  const nested = callOf({
    id: 'c',
    scope: 'langchain',
    parent: 'a',
    start: 200,
    end: 210,
    input: 7,
    output: 7,
  })
  expect(totalsOf(outer(), inner(), nested)).toMatchObject({ llmCalls: 2, reportedTwice: 0 })
})

describe('a span that comes later, and is itself no call, decides anew', () => {
  const plain = (id: string, parent: string) => spanOf({ id, parent, session: 's' })

  test('if it connects a counted call with one below it, so that the one beside it counts', () => {
    const details = { 'gen_ai.usage.cache_read.input_tokens': 50 }
    const below = callOf({ id: 'c', scope: 'langchain', parent: 'step', start: 200, end: 210, input: 7 })
    const totals = totalsOf(outer({ more: details }), inner(), below, plain('step', 'a'))
    expect(totals).toMatchObject({ llmCalls: 2, reportedTwice: 0, tokens: { input: 107 } })
  })

  test('if the call below reports no usage', () => {
    const below = callOf({ id: 'c', scope: 'langchain', parent: 'step', start: 200, input: 0, output: 0 })
    const silent = { input: 0, output: 0, response: 'r' }
    const totals = totalsOf(outer(silent), inner(silent), below, plain('step', 'a'))
    expect(totals).toMatchObject({ llmCalls: 2, reportedTwice: 0, callsWithoutUsage: 2 })
  })

  test('if it connects a call with the usage below it, which makes it the one that counts', () => {
    const silent = outer({ input: 0, output: 0, response: 'r' })
    const below = spanOf({
      id: 'x',
      parent: 'step',
      session: 's',
      attributes: { 'gen_ai.usage.input_tokens': 100 },
    })
    expect(totalsOf(silent, inner({ response: 'r' }), below, plain('step', 'a'))).toMatchObject({
      ...ONCE,
      tokens: { total: 100 },
    })
  })

  test('if it connects a call with the usage above it, which makes it the one that counts', () => {
    const silent = outer({ input: 0, output: 0, response: 'r', parent: 'step' })
    const other = inner({ response: 'r', parent: undefined })
    const above = spanOf({ id: 'x', session: 's', attributes: { 'gen_ai.usage.input_tokens': 100 } })
    expect(totalsOf(silent, other, above, plain('step', 'x'))).toMatchObject({
      ...ONCE,
      callsWithoutUsage: 0,
      tokens: { total: 100 },
    })
  })
})

test.each(['first', 'last'])(
  'of a trace with many calls, each counts once if the outer span comes %s',
  (when) => {
    const spans = Array.from({ length: 200 }, (_, call) => {
      const pair = [
        outer({ id: `a${call}`, start: call * 100, end: call * 100 + 100 }),
        inner({ id: `b${call}`, start: call * 100 + 10, end: call * 100 + 90 }),
      ]
      return when === 'first' ? pair : pair.toReversed()
    }).flat()
    const analytics = counted(spans)
    expect(analytics.stats('s')).toMatchObject({ llmCalls: 200, tokens: { total: 200 * 120 } })
    expect(analytics.counters().reportedTwice).toBe(200)
  },
)

test('it is logged once which two instrumentations report the same call, and how to switch one off', () => {
  const scope = 'com.anthropic.sdk.typescript'
  const details = { 'gen_ai.usage.cache_read.input_tokens': 50 }
  for (const trace of ['t1', 't2']) {
    counted([outer({ trace, scope: 'lang', more: details }), inner({ trace, scope })])
  }
  expect(lines.filter((line) => line.includes('same LLM calls'))).toEqual([
    expect.stringMatching(
      /lang and com\.anthropic\.sdk\.typescript report .* switch the second off; .* new Anthropic\(\{ openTelemetry: false \}\)/,
    ),
  ])
})

const someSpans = fc.array(
  fc.record({
    what: fc.constantFrom('call', 'call', 'call', 'usage', 'nothing'),
    scope: fc.constantFrom('x', 'y', 'z'),
    trace: fc.constantFrom('t', 't', 'u'),
    parent: fc.integer({ min: -1, max: 9 }),
    start: fc.nat(5),
    length: fc.nat(20),
    input: fc.nat(2),
    response: fc.constantFrom(undefined, undefined, 'r1', 'r2'),
    output: fc.constantFrom(1, 1, 2),
    cached: fc.constantFrom(undefined, 1),
  }),
  { maxLength: 10 },
)

test('totals do not depend on the order of spans', () => {
  fc.assert(
    fc.property(
      someSpans.chain((some) => {
        const spans = some.map(({ what, parent, start, length, input, cached, ...call }, index) => {
          const id = String(index)
          const place = { id, parent: parent < 0 || index === 0 ? undefined : String(parent % index) }
          const usage = { 'gen_ai.usage.input_tokens': what === 'usage' ? 9 : undefined }
          if (what !== 'call') return spanOf({ ...place, trace: call.trace, session: 's', attributes: usage })
          const more = { 'gen_ai.usage.cache_read.input_tokens': cached }
          const output = input === 0 ? 0 : call.output
          return callOf({ ...call, ...place, start, end: start + length, input, output, more })
        })
        const order = { minLength: spans.length, maxLength: spans.length }
        return fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, order))
      }),
      ([spans, order]) => {
        const [one, other] = [counted(spans), counted(order)]
        expect(other.stats('s')).toEqual(one.stats('s'))
        expect({ ...other.counters(), spans: 0 }).toEqual({ ...one.counters(), spans: 0 })
      },
    ),
    { numRuns: runs(1_000) },
  )
})
