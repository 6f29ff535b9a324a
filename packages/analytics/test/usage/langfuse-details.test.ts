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
