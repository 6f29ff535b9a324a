import { describe, expect, test } from 'vitest'
import { SessionAnalytics } from '../../src/index.ts'
import { chat, type SpanInit, spanOf } from '../support/spans.ts'

const PRICES = { m: { input: 1, output: 2 } }
const SILENT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
const AGENT = { ...chat('m', 300, 30), 'gen_ai.operation.name': 'invoke_agent' }
const ONE_CALL = { llmCalls: 1, callsWithoutUsage: 0, cost: { total: 0.001 } }
/** Nothing tells whether these 5,000 tokens include the 4,000 from the cache. */
const UNDECIDED = { ...chat('claude-sonnet-4-5', 5_000, 200), 'gen_ai.usage.cache_read.input_tokens': 4_000 }

const counted = (...spans: ReturnType<typeof spanOf>[]) => {
  const analytics = new SessionAnalytics({ prices: PRICES })
  for (const span of spans) analytics.onEnd(span)
  return analytics
}

const ordersOf = <T>(spans: readonly T[]): T[][] =>
  spans.length < 2
    ? [[...spans]]
    : spans.flatMap((span, index) => ordersOf(spans.toSpliced(index, 1)).map((rest) => [span, ...rest]))

/** Counts in every order, which must all give the same, and returns the totals of session `s`. */
function totalsOf(...inits: SpanInit[]) {
  const spans = inits.map((init) => spanOf({ session: 's', ...init }))
  const [first, ...others] = ordersOf(spans).map((order) => counted(...order))
  for (const other of others) {
    expect(other.stats('s')).toEqual(first?.stats('s'))
    expect(other.counters()).toEqual(first?.counters())
  }
  expect(first?.counters().callsWithoutUsage).toBe(first?.stats('s')?.callsWithoutUsage)
  return first?.stats('s') ?? expect.fail('no totals')
}

describe('calls without usage are counted beside the cost', () => {
  test('if two of three calls report none', () => {
    const totals = totalsOf(
      { id: 'a', attributes: chat('m', 1_000_000, 0) },
      { id: 'b', attributes: SILENT },
      { id: 'c', attributes: SILENT },
    )
    expect(totals).toMatchObject({ llmCalls: 3, callsWithoutUsage: 2, cost: { total: 1 } })
    expect(totals.models).toMatchObject([{ model: 'm', llmCalls: 3, callsWithoutUsage: 2 }])
  })

  test('and if no call reports any, the cost is undefined', () => {
    expect(totalsOf({ id: 'a', attributes: SILENT })).toMatchObject({ callsWithoutUsage: 1, cost: undefined })
  })

  test('also of embeddings, and a session of embeddings alone is not free', () => {
    const embedding = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'm' }
    const totals = totalsOf(
      { id: 'a', attributes: embedding },
      { id: 'b', parent: 'a', attributes: embedding },
    )
    expect(totals).toMatchObject({ embeddings: 1, llmCalls: 0, callsWithoutUsage: 1, cost: undefined })
    expect(totals.models).toMatchObject([{ model: 'm', llmCalls: 0, callsWithoutUsage: 1, cost: undefined }])
    const below = { ...embedding, 'gen_ai.usage.input_tokens': 5 }
    expect(
      totalsOf({ id: 'a', attributes: embedding }, { id: 'b', parent: 'a', attributes: below }),
    ).toMatchObject({ embeddings: 1, callsWithoutUsage: 0, tokens: { input: 5 } })
  })

  test('also of an embedding below an agent, whose usage is that of LLM calls', () => {
    const totals = totalsOf(
      { id: 'agent', attributes: AGENT },
      { id: 'a', parent: 'agent', attributes: SILENT },
      { id: 'b', parent: 'agent', attributes: { 'gen_ai.operation.name': 'embeddings' } },
    )
    expect(totals).toMatchObject({ embeddings: 1, callsWithoutUsage: 1, tokens: { input: 300 } })
  })

  test('but not if the usage is on a span below', () => {
    const totals = totalsOf(
      { id: 'a', attributes: SILENT },
      { id: 'b', parent: 'a' },
      { id: 'c', parent: 'b', attributes: { 'gen_ai.usage.input_tokens': 5 } },
    )
    expect(totals).toMatchObject({ llmCalls: 1, callsWithoutUsage: 0, tokens: { input: 5 } })
  })

  test('nor if it is on a span above, such as that of the agent', () => {
    const totals = totalsOf(
      { id: 'agent', attributes: AGENT },
      { id: 'step', parent: 'agent' },
      { id: 'a', parent: 'step', attributes: SILENT },
      { id: 'b', parent: 'agent', attributes: SILENT },
    )
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 0, tokens: { input: 300 } })
  })

  test('unless that one does not count, because another call reports its own', () => {
    const totals = totalsOf(
      { id: 'agent', attributes: AGENT },
      { id: 'a', parent: 'agent', attributes: SILENT },
      { id: 'b', parent: 'agent', attributes: chat('m', 100, 10) },
    )
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, tokens: { input: 100 } })
  })

  test('nor if it is in another process', () => {
    const totals = totalsOf(
      { id: 'agent', attributes: AGENT },
      { id: 'server', parent: 'agent', isRemote: true },
      { id: 'a', parent: 'server', attributes: SILENT },
    )
    expect(totals.callsWithoutUsage).toBe(1)
  })

  test('and if a span above it comes first without its session', () => {
    const analytics = new SessionAnalytics()
    const agent = { id: 'agent', attributes: AGENT }
    analytics.onEnd(spanOf(agent))
    analytics.onEnd(spanOf({ id: 'a', parent: 'agent', session: 's', attributes: SILENT }))
    expect(analytics.stats('s')?.callsWithoutUsage).toBe(1)
    analytics.onEnd(spanOf({ ...agent, session: 's' }))
    expect(analytics.stats('s')).toMatchObject({ callsWithoutUsage: 0, tokens: { input: 300 } })
  })
})

describe('the span of a call of the application', () => {
  const STREAM = { 'ai.operationId': 'ai.streamText', 'ai.model.id': 'm' }
  const CALL = { 'ai.operationId': 'ai.streamText.doStream', 'ai.model.id': 'm' }

  test('counts as an LLM call if the span of the model never ends, because the stream was stopped', () => {
    expect(totalsOf({ id: 'a', attributes: STREAM })).toMatchObject({
      llmCalls: 1,
      callsWithoutUsage: 1,
      cost: undefined,
    })
  })

  test('does not count as one if there is a span of a model', () => {
    const totals = totalsOf(
      { id: 'a', attributes: STREAM },
      {
        id: 'b',
        parent: 'a',
        attributes: { ...CALL, 'ai.usage.inputTokens': 5, 'ai.usage.outputTokens': 5 },
      },
    )
    expect(totals).toMatchObject({ llmCalls: 1, callsWithoutUsage: 0, tokens: { total: 10 } })
  })
})

describe('a stream of the AI SDK that was stopped after its first step', () => {
  /** What 5 and 6 write if no last step ended: a reason, and no usage. */
  const stopped = (reason: string) => ({
    'ai.operationId': 'ai.streamText',
    'ai.model.id': 'm',
    'ai.response.finishReason': reason,
  })
  const STEP = { 'ai.operationId': 'ai.streamText.doStream', 'ai.model.id': 'm' }
  const USED = { 'ai.usage.inputTokens': 1_000, 'ai.usage.outputTokens': 0 }
  const TOOL = { 'ai.operationId': 'ai.toolCall' }
  const first = { id: 'b', parent: 'a', attributes: { ...STEP, ...USED } }
  const tool = { id: 'c', parent: 'a', attributes: TOOL }

  test.each(['unknown', 'other'])('counts the call whose span never ended, without usage (%s)', (reason) => {
    const totals = totalsOf({ id: 'a', start: 0, end: 100, attributes: stopped(reason) }, first, tool)
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, cost: { total: 0.001 } })
  })

  test('has no latency of that call, because only that of all steps is known', () => {
    const other = { id: 'a', start: 0, end: 60_000, attributes: stopped('unknown') }
    expect(totalsOf(other, { ...first, start: 0, end: 10 }).latency.llmCalls?.p99).toBeLessThan(11)
  })

  test('counts no further call if one below has no usage, as one that failed', () => {
    const failed = { id: 'd', parent: 'a', isError: true, attributes: STEP }
    const totals = totalsOf({ id: 'a', attributes: stopped('unknown') }, first, tool, failed)
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, cost: { total: 0.001 } })
  })

  test('also if a span of the application is between them', () => {
    const between = { id: 'e', parent: 'a' }
    const failed = { id: 'd', parent: 'e', isError: true, attributes: STEP }
    const totals = totalsOf({ id: 'a', attributes: stopped('unknown') }, first, between, failed)
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1 })
  })

  test('but a span below a call with usage, by another instrumentation, is no call without it', () => {
    const silent = { id: 'd', parent: 'b', attributes: SILENT }
    const totals = totalsOf({ id: 'a', attributes: stopped('unknown') }, first, silent)
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1 })
  })

  test('nor is one of a tool', () => {
    const failed = { id: 'd', parent: 'c', isError: true, attributes: STEP }
    const totals = totalsOf({ id: 'a', attributes: stopped('unknown') }, first, tool, failed)
    expect(totals).toMatchObject({ llmCalls: 3, callsWithoutUsage: 2 })
  })

  test('counts it also below an agent, and inside a tool of a stream that ended well', () => {
    const whole = { ...stopped('stop'), ...USED }
    const totals = totalsOf(
      { id: 'root', attributes: whole },
      { id: 'tool', parent: 'root', attributes: TOOL },
      { id: 'a', parent: 'tool', attributes: stopped('unknown') },
      first,
    )
    expect(totals).toMatchObject({ llmCalls: 2, callsWithoutUsage: 1, cost: { total: 0.001 } })
  })

  test('is not one that was stopped in its first step, whose call ended, nor one that reports usage', () => {
    const { 'ai.response.finishReason': _, ...early } = stopped('')
    expect(totalsOf({ id: 'a', attributes: early }, first, tool)).toMatchObject(ONE_CALL)
    const whole = { ...stopped('stop'), ...USED }
    expect(totalsOf({ id: 'a', attributes: whole }, first, tool)).toMatchObject(ONE_CALL)
    const generated = { ...stopped('unknown'), 'ai.operationId': 'ai.generateText' }
    expect(totalsOf({ id: 'a', attributes: generated }, first, tool)).toMatchObject(ONE_CALL)
  })

  test('counts once if the calls below it are lost', () => {
    expect(totalsOf({ id: 'a', attributes: stopped('unknown') })).toMatchObject({
      llmCalls: 1,
      callsWithoutUsage: 1,
      cost: undefined,
    })
  })
})

describe('a cost that is not known is undefined, and the totals say why', () => {
  test('if a model has no price', () => {
    const totals = totalsOf(
      { id: 'a', attributes: chat('m', 1, 1) },
      { id: 'b', attributes: chat('new', 1, 1) },
    )
    expect(totals).toMatchObject({ unpricedUsages: 1, undecidedUsages: 0, cost: undefined })
    expect(totals.models).toMatchObject([{ unpricedUsages: 0 }, { model: 'new', unpricedUsages: 1 }])
  })

  test('if the span does not tell what is to be paid', () => {
    const totals = totalsOf({ id: 'a', attributes: UNDECIDED })
    expect(totals).toMatchObject({ unpricedUsages: 0, undecidedUsages: 1, cost: undefined })
    expect(totals.models).toMatchObject([{ undecidedUsages: 1 }])
  })

  test('but a cost that the span reports is known', () => {
    const attributes = { ...UNDECIDED, 'gen_ai.usage.cost': 0.25 }
    expect(totalsOf({ id: 'a', attributes })).toMatchObject({ undecidedUsages: 0, cost: { total: 0.25 } })
  })

  test('and a usage that counts on a span below is not missed above', () => {
    const totals = totalsOf(
      { id: 'a', attributes: chat('new', 1, 1) },
      { id: 'b', parent: 'a', attributes: chat('m', 1, 1) },
    )
    expect(totals).toMatchObject({ unpricedUsages: 0, cost: { total: 0.000003 } })
  })
})

test('tokens that were written to a cache are counted', () => {
  const attributes = { ...chat('m', 3_000, 5), 'gen_ai.usage.cache_creation.input_tokens': 500 }
  const totals = totalsOf({ id: 'a', attributes })
  expect(totals.tokens).toMatchObject({ input: 3_000, cacheWrite: 500 })
  expect(totals.models[0]?.tokens.cacheWrite).toBe(500)
})

describe('of nested spans of one kind, the innermost counts', () => {
  test.each([
    ['embeddings', 'embeddings'],
    ['retrieval', 'retrievals'],
    ['execute_tool', 'toolCalls'],
    ['invoke_agent', 'agentSteps'],
  ] as const)('%s', (operation, field) => {
    const attributes = { 'gen_ai.operation.name': operation }
    const totals = totalsOf(
      { id: 'a', attributes },
      { id: 'between', parent: 'a' },
      { id: 'b', parent: 'between', attributes },
    )
    expect(totals[field]).toBe(1)
  })

  test('but a tool that runs an agent that runs a tool is two tool calls', () => {
    const tool = { 'gen_ai.operation.name': 'execute_tool' }
    const totals = totalsOf(
      { id: 'a', attributes: tool },
      { id: 'agent', parent: 'a', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
      { id: 'b', parent: 'agent', attributes: tool },
    )
    expect(totals).toMatchObject({ toolCalls: 2, agentSteps: 1 })
  })

  test('and a span without a session hides none above it', () => {
    const tool = { 'gen_ai.operation.name': 'execute_tool' }
    const analytics = counted(
      spanOf({ id: 'b', parent: 'a', attributes: { ...chat('m', 5, 5), ...tool } }),
      spanOf({ id: 'a', session: 's', attributes: { ...tool, 'gen_ai.usage.input_tokens': 7 } }),
    )
    expect(analytics.stats('s')).toMatchObject({ toolCalls: 1, tokens: { input: 7 } })
  })

  test('and spans that come first without their session do not join what they are between', () => {
    const tool = { 'gen_ai.operation.name': 'execute_tool' }
    const inits = [
      { id: 'b', parent: 'agent', attributes: tool },
      { id: 'agent', parent: 'a', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
      { id: 'a', attributes: tool },
    ]
    const analytics = new SessionAnalytics()
    for (const init of inits) analytics.onEnd(spanOf(init))
    for (const init of inits) analytics.onEnd(spanOf({ ...init, session: 's' }))
    expect(analytics.stats('s')).toMatchObject({ toolCalls: 2, agentSteps: 1 })
  })
})

describe('a reported cost that is invalid leaves the cost unknown, at whatever price the model has', () => {
  const costs = (cost: Readonly<Record<string, unknown>>) => {
    const analytics = counted(
      spanOf({ id: 'a', session: 's', attributes: { ...chat('m', 300, 30), ...cost } }),
    )
    return { total: analytics.stats('s')?.cost?.total, counters: analytics.counters() }
  }

  test.each(['0.5', '', -1, Number.NaN, Number.POSITIVE_INFINITY, 1e10, 2e6, true])('%j', (cost) => {
    const { total, counters } = costs({ 'gen_ai.usage.cost': cost })
    expect(total).toBeUndefined()
    expect(counters).toMatchObject({ undecidedUsages: 1, unpricedUsages: 0, ignoredValues: 1 })
  })

  test('null is no cost: the price counts', () => {
    expect(costs({ 'gen_ai.usage.cost': null })).toMatchObject({
      total: 0.00036,
      counters: { ignoredValues: 0 },
    })
  })

  test('the highest cost counts', () => {
    expect(costs({ 'gen_ai.usage.cost': 1e6 }).total).toBe(1e6)
  })

  const ANSWER = {
    'openinference.span.kind': 'LLM',
    'llm.token_count.prompt': 300,
    'llm.token_count.completion': 30,
  }
  const openInference = (parts: Readonly<Record<string, unknown>>) =>
    counted(
      spanOf({
        id: 'a',
        session: 's',
        attributes: {
          ...ANSWER,
          'llm.model_name': 'm',
          ...Object.fromEntries(Object.entries(parts).map(([name, cost]) => [`llm.cost.${name}`, cost])),
        },
      }),
    ).stats('s')?.cost?.total

  test('but a valid total counts, whatever its parts are', () => {
    expect(openInference({ prompt: '1', completion: 1 })).toBeUndefined()
    expect(openInference({ prompt: '1', completion: 1, total: 2 })).toBe(2)
  })

  test('also if valid parts have a sum that is too high', () => {
    expect(openInference({ prompt: 9e5, completion: 9e5 })).toBeUndefined()
  })
})
