import { describe, expect, it } from 'vitest'
import { readSpanUsage, summableUsage } from '../../src/usage/read-usage.ts'

const read = (attributes: Record<string, unknown>) => readSpanUsage({ attributes })

describe('tokens', () => {
  it('belong to the model of the response, or else to that of the request', () => {
    const usage = read({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': 'gpt-4o-2024-08-06' })
    expect(usage.model).toBe('gpt-4o-2024-08-06')
  })

  it('from a cache are part of the input', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 100,
    })
    expect(usage).toMatchObject({ inputTokens: 100, cachedInputTokens: 100 })
  })

  it('from a cache that cannot be part of the input are added to it', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 4,
      'gen_ai.usage.output_tokens': 1,
      'gen_ai.usage.cache_read.input_tokens': 100,
    })
    expect(usage).toMatchObject({ inputTokens: 104, totalTokens: 105 })
  })

  it('from a cache that are added to the input are added to the total, if it excludes them', () => {
    const total = (reported: number) =>
      read({
        'openinference.span.kind': 'LLM',
        'llm.token_count.prompt': 10,
        'llm.token_count.completion': 50,
        'llm.token_count.total': reported,
        'llm.token_count.prompt_details.cache_read': 1000,
      }).totalTokens
    expect([total(60), total(1060)]).toEqual([1060, 1060])
  })

  it('that Langfuse separates are added up', () => {
    const details = {
      input: 5,
      input_cached_tokens: 2,
      input_audio_tokens: 1,
      output: 3,
      output_reasoning_tokens: 4,
    }
    const usage = read({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': JSON.stringify(details),
      'langfuse.observation.cost_details': '{"input":0.5,"output":0.25}',
    })
    expect(usage).toMatchObject({
      inputTokens: 8,
      outputTokens: 7,
      totalTokens: 15,
      cachedInputTokens: 2,
      reasoningTokens: 4,
      cost: { input: 0.5, output: 0.25, total: 0.75 },
    })
  })

  it.each([
    { promptTokens: 25, completionTokens: 150, totalTokens: 175 },
    { prompt_tokens: 25, completion_tokens: 150, total_tokens: 175 },
    { inputTokens: 25, outputTokens: 150 },
    { input: 25, promptTokens: 25, output: 150, completion_tokens: 150, total: 175, totalTokens: 175 },
  ])('in %j, as users of Langfuse write it, are read, and none twice', (details) => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': JSON.stringify(details),
      'langfuse.observation.cost_details': '{"totalCost":0.5,"inputCost":0.125,"outputCost":0.25}',
    })
    expect(usage).toMatchObject({
      inputTokens: 25,
      outputTokens: 150,
      totalTokens: 175,
      cost: { input: 0.125, output: 0.25, total: 0.5 },
      ignored: 0,
    })
  })

  it.each([
    {
      prompt_tokens: 25,
      completion_tokens: 150,
      prompt_tokens_details: { cached_tokens: 5, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 100 },
    },
    {
      input_tokens: 25,
      output_tokens: 150,
      input_tokens_details: { cached_tokens: 5 },
      output_tokens_details: { reasoning_tokens: 100 },
    },
  ])("are a part of the side where Langfuse was given OpenAI's usage: %j", (details) => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': JSON.stringify(details),
    })
    expect(usage).toMatchObject({
      inputTokens: 25,
      outputTokens: 150,
      cachedInputTokens: 5,
      reasoningTokens: 100,
      ignored: 0,
    })
  })

  it('of OpenTelemetry are read on a span of Langfuse too', () => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 4,
    })
    expect(usage).toMatchObject({ kind: 'llm', model: 'm', totalTokens: 7 })
  })

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['12'], [1.5], [true], [{}]])(
    'that are %j are ignored and counted',
    (wrong) => {
      const usage = read({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': wrong })
      expect(usage).toMatchObject({ kind: 'llm', inputTokens: undefined, ignored: 1 })
    },
  )

  it('that are invalid are skipped for the next name', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': -5,
      'gen_ai.usage.prompt_tokens': 5,
    })
    expect(usage).toMatchObject({ inputTokens: 5, ignored: 1 })
  })

  it('inside JSON follow the same rule', () => {
    const usage = read({
      'langfuse.observation.usage_details': '{"input":-1,"output":"7","total":4}',
      'langfuse.observation.type': 'generation',
    })
    expect(usage).toMatchObject({ inputTokens: undefined, totalTokens: 4, ignored: 2 })
  })

  it('are not read from JSON that is broken, an array, or too long', () => {
    for (const json of ['{', '[1]', 'null', '7', `{"input":${'1'.repeat(9000)}}`]) {
      const usage = read({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': json,
      })
      expect(usage).toMatchObject({ kind: 'llm', inputTokens: undefined })
    }
  })

  it('ignored values of one span do not count for the next', () => {
    read({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': -1 })
    expect(read({}).ignored).toBe(0)
  })
})

describe('the model that was requested', () => {
  const requested = (response: string) =>
    read({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': response }).requestModel

  it('is given unless the same one answered', () => {
    expect(requested('gpt-4o-2024-08-06')).toBe('gpt-4o')
    expect(requested('gpt-4o')).toBeUndefined()
    expect(read({ 'gen_ai.request.model': 'gpt-4o' })).toMatchObject({
      model: 'gpt-4o',
      requestModel: 'gpt-4o',
    })
  })
})

it.each([
  ['requestModel', { 'gen_ai.request.model': 'r'.repeat(201) }],
  ['responseId', { 'gen_ai.response.id': 'i'.repeat(201) }],
  ['outputTokens', { 'gen_ai.usage.output_tokens': 2 ** 40 }],
  ['cacheWriteTokens', { 'gen_ai.usage.cache_creation.input_tokens': 2 ** 40 }],
] as const)('%s that totals cannot keep is removed and counted', (field, attributes) => {
  const usage = read({
    'gen_ai.operation.name': 'chat',
    'gen_ai.response.model': 'm',
    'gen_ai.usage.input_tokens': 1,
    'gen_ai.provider.name': 'openai',
    ...attributes,
  })
  expect(usage[field]).toBeDefined()
  const kept = summableUsage(usage)
  expect(kept).toMatchObject({ model: 'm', [field]: undefined })
  expect(kept.ignored).toBeGreaterThan(0)
})

it('the hour of a cache write that totals cannot keep is removed', () => {
  const usage = { ...read({}), cacheWriteHourTokens: 2 ** 40 }
  expect(summableUsage(usage)).toMatchObject({ cacheWriteHourTokens: undefined, ignored: 1 })
})

describe('a cost', () => {
  it('of 0 for a call without tokens is not known, as Langfuse reports it for a call that failed', () => {
    const cost = (usage: Record<string, unknown>) =>
      read({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.cost_details': '{"input":0,"output":0,"total":0}',
        ...usage,
      }).cost
    expect(cost({})).toBeUndefined()
    expect(cost({ 'langfuse.observation.usage_details': '{"input":5,"output":1}' })?.total).toBe(0)
  })

  it('is read from OpenInference attributes', () => {
    const usage = read({
      'openinference.span.kind': 'LLM',
      'llm.cost.prompt': 0.1,
      'llm.cost.completion': 0.2,
      'llm.cost.total': 0.4,
    })
    expect(usage.cost).toEqual({ input: 0.1, output: 0.2, total: 0.4 })
  })

  it('of one part only has no total', () => {
    const usage = read({ 'openinference.span.kind': 'LLM', 'llm.cost.prompt': 0.1 })
    expect(usage.cost).toEqual({ input: 0.1, output: undefined, total: undefined })
  })

  it("is Langfuse's on a span without a type", () => {
    expect(read({ 'langfuse.observation.cost_details': '{"total":1}' }).cost?.total).toBe(1)
  })

  it('that is invalid is ignored and counted', () => {
    const usage = read({ 'openinference.span.kind': 'LLM', 'llm.cost.total': -1, 'llm.cost.prompt': 1e300 })
    expect(usage).toMatchObject({ cost: undefined, ignored: 2 })
  })
})
