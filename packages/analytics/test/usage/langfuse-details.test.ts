import { describe, expect, it } from 'vitest'
import { readSpanUsage } from '../../src/usage/read-usage.ts'
import type { SpanUsage } from '../../src/usage/span-usage.ts'

type Attributes = Readonly<Record<string, unknown>>

const langfuse = (details: unknown, more: Attributes = {}): SpanUsage =>
  readSpanUsage({
    attributes: {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'm',
      'langfuse.observation.usage_details': JSON.stringify(details),
      ...more,
    },
  })

const langfuseCost = (details: unknown): SpanUsage['cost'] =>
  langfuse({ input: 5, output: 1 }, { 'langfuse.observation.cost_details': JSON.stringify(details) }).cost

describe("a key of Langfuse's details that is not known", () => {
  it('makes a usage undecided, if it is not 0', () => {
    const details = { input: 5, output: 3, extra_tokens: 9 }
    expect(langfuse(details)).toMatchObject({ inputTokens: 5, outputTokens: 3, undecided: 'total' })
    expect(langfuse({ ...details, total: 17 }).undecided).toBe('total')
    expect(langfuse({ ...details, total: 8 }).undecided).toBe('total')
    expect(langfuse({ ...details, extra_tokens: 0 }).undecided).toBeUndefined()
  })

  it('unless it is reasoning, and the total shows that the output includes it', () => {
    const details = { inputTokens: 5, outputTokens: 30, reasoningTokens: 9 }
    expect(langfuse({ ...details, totalTokens: 35 }).undecided).toBeUndefined()
    expect(langfuse({ ...details, totalTokens: 44 }).undecided).toBe('total')
    expect(langfuse(details).undecided).toBe('total')
  })

  it('is ignored, if it is no number', () => {
    const details = { input: 5, output: 3, service_tier: 'standard', server_tool_use: { requests: 0 } }
    expect(langfuse(details)).toMatchObject({ undecided: undefined, ignored: 0 })
  })

  it('is a part of the cost', () => {
    expect(langfuseCost({ input: 0.25, output: 0.5, web_search: 1 })?.total).toBe(1.75)
    expect(langfuseCost({ web_search: 1 })?.total).toBe(1)
    expect(langfuseCost({ input: 0.25, output: 0.5, web_search: 1, total: 2 })?.total).toBe(2)
    expect(langfuseCost({ input: 0.25 })?.total).toBeUndefined()
    expect(langfuseCost({ input: 0.25, output: 0.5, total: null, web_search: null })?.total).toBe(0.75)
  })

  it('and an invalid part or total of a cost is not less than a valid one', () => {
    for (const wrong of [-1, '1', {}]) {
      expect(langfuseCost({ input: 0.25, output: 0.5, total: wrong })?.total).toBeUndefined()
      expect(langfuseCost({ input: 0.25, output: 0.5, web_search: wrong })?.total).toBeUndefined()
      expect(langfuseCost({ input: 0.25, output: wrong, total: 2 })?.total).toBe(2)
    }
  })
})

describe("the same count under two of Langfuse's names", () => {
  it.each([
    { input: 25, inputTokens: 25, output: 150, outputTokens: 150 },
    { input: 25, input_tokens: 25, output: 150, output_tokens: 150 },
    { promptTokens: 25, prompt_tokens: 25, completionTokens: 150, completion_tokens: 150 },
    { inputTokens: 25, prompt_tokens: 25, outputTokens: 150, completionTokens: 150 },
    { inputTokens: 25, outputTokens: 150, totalTokens: 175, total_tokens: 175 },
    { input: 20, input_cached_tokens: 5, prompt_tokens: 25, output: 150 },
    { input: 20, input_cached_tokens: 5, inputTokens: 20, output: 150 },
    { input: 25, inputTokens: null, output: 150 },
  ])('counts once: %j', (details) => {
    expect(langfuse(details)).toMatchObject({
      inputTokens: 25,
      outputTokens: 150,
      totalTokens: 175,
      undecided: undefined,
    })
  })

  it('is undecided if the counts are not the same', () => {
    expect(langfuse({ input: 25, inputTokens: 40, output: 150 }).undecided).toBe('total')
    expect(langfuse({ input: 25, output: 150, outputTokens: 100 }).undecided).toBe('total')
  })

  it('counts once in a cost', () => {
    const cost = { input: 0.25, inputCost: 0.25, output: 0.5, outputCost: 0.5 }
    expect(langfuseCost(cost)).toEqual({ input: 0.25, output: 0.5, total: 0.75 })
    expect(langfuseCost({ totalCost: 2, total_cost: 2 })?.total).toBe(2)
    expect(langfuseCost({ ...cost, total: 2, totalCost: 3 })).toBeUndefined()
  })
})

describe("the usage of OpenAI's protocol in Langfuse's details", () => {
  const of = (model: string, details: object) =>
    langfuse(details, { 'langfuse.observation.model.name': model })
  const usage = { prompt_tokens: 10_000, completion_tokens: 100, total_tokens: 10_100 }

  it('has what was written to a cache, as OpenRouter reports it', () => {
    const details = { ...usage, prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 9_000 } }
    expect(of('claude-sonnet-4-5', details)).toMatchObject({ inputTokens: 10_000, cacheWriteTokens: 9_000 })
  })

  it('does not say what Claude wrote to a cache, if it has no count of it', () => {
    const details = { ...usage, prompt_tokens_details: { cached_tokens: 0 } }
    expect(of('claude-sonnet-4-5', details).undecided).toBe('cache')
    expect(of('gpt-4o', details).undecided).toBeUndefined()
  })

  it('is undecided for tokens that have other prices, if there are any', () => {
    const details = (count: number) => ({ ...usage, prompt_tokens_details: { audio_tokens: count } })
    expect(of('gpt-4o', details(50)).undecided).toBe('total')
    expect(of('gpt-4o', details(0)).undecided).toBeUndefined()
  })

  it.each(['grok-4', 'gemini-2.5-pro'])('hides the reasoning of %s without a total', (model) => {
    const details = {
      prompt_tokens: 700,
      completion_tokens: 600,
      completion_tokens_details: { reasoning_tokens: 300 },
    }
    expect(of(model, details).undecided).toBe('total')
    expect(of(model, { ...details, total_tokens: 1_600 })).toMatchObject({
      outputTokens: 900,
      undecided: undefined,
    })
  })
})

it("the lifetimes of Anthropic's usage are what was written, if nothing else says it", () => {
  const cache_creation = { ephemeral_5m_input_tokens: 7_000, ephemeral_1h_input_tokens: 3_000 }
  expect(langfuse({ input_tokens: 20, output_tokens: 100, cache_creation })).toMatchObject({
    inputTokens: 10_020,
    cacheWriteTokens: 10_000,
    cacheWriteHourTokens: 3_000,
  })
})
