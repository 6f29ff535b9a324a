import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type PriceTable, priceOfTable, pricesProblem } from '../src/cost/span-cost.ts'
import { readSpanUsage } from '../src/usage/read-usage.ts'

const TABLE: PriceTable = {
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-2024-05-13': { input: 5, output: 15 },
  'openai/gpt-4o-audio': { input: 4, output: 20 },
  'text-embedding-3-small': { input: 0.02 },
  'mistral-embed': { input: 0.1, output: 0.1 },
  ours: { input: 0, output: 0 },
}

function cost(model: string | undefined, input?: number, output?: number, cached?: number, kind = 'chat') {
  const usage = readSpanUsage({
    attributes: {
      'gen_ai.operation.name': kind,
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      'gen_ai.usage.cache_read.input_tokens': cached,
    },
  })
  return priceOfTable(TABLE)(usage)
}

describe('the cost of tokens', () => {
  it('is per million', () => {
    expect(cost('gpt-4o', 1_000_000, 100_000)).toEqual({ input: 2.5, output: 1, total: 3.5 })
  })

  it('is less for input that came from the cache', () => {
    expect(cost('gpt-4o', 1_000_000, 0, 400_000)).toEqual({ input: 2, output: 0, total: 2 })
  })

  it('is the same for input from the cache if the table has no price for it', () => {
    expect(cost('gpt-4o-2024-05-13', 1_000_000, 0, 400_000)).toEqual({ input: 5, output: 0, total: 5 })
  })

  it('is 0 only for a free model', () => {
    expect(cost('ours', 10, 10)).toEqual({ input: 0, output: 0, total: 0 })
  })

  it.each(['text-embedding-3-small', 'mistral-embed'])(
    'needs no output for the embedding model %s',
    (model) => {
      expect(cost(model, 1_000_000, undefined, undefined, 'embeddings')?.output).toBe(0)
    },
  )

  it.each([
    ['the model has no price', cost('gpt-5', 10, 10)],
    ['no model is named', cost(undefined, 10, 10)],
    ['the output is not known', cost('gpt-4o', 10)],
    ['the input is not known', cost('gpt-4o', undefined, 10)],
    ['there is output, and no price for it', cost('text-embedding-3-small', 10, 10)],
    ['the model is called like a property of every object', cost('constructor', 10, 10)],
  ])('is unknown where %s', (_, result) => {
    expect(result).toBeUndefined()
  })
})

describe('the price of a model is found', () => {
  const priced = (model: string) => cost(model, 1_000_000, 0)?.total

  it.each([
    ['by its whole name first', 'gpt-4o-2024-05-13', 5],
    ['by its name with the provider', 'openai/gpt-4o-audio', 4],
    ['without the provider', 'openai/gpt-4o', 2.5],
    ['without several', 'openrouter/openai/gpt-4o', 2.5],
    ['without a date', 'gpt-4o-2024-08-06', 2.5],
    ['without a date in one piece', 'gpt-4o-20240806', 2.5],
    ["without a date behind Vertex AI's @", 'gpt-4o@20240806', 2.5],
    ['without provider and date', 'openai/gpt-4o-2024-08-06', 2.5],
    ['without the provider, with the date that has a price', 'openai/gpt-4o-2024-05-13', 5],
    ['without the date, with the provider', 'openai/gpt-4o-audio-2024-10-01', 4],
  ])('%s', (_, model, input) => {
    expect(priced(model)).toBe(input)
  })

  it.each([
    'gpt-4o-mini',
    'gpt-4',
    'GPT-4o',
    'gpt-4o-2024',
    'gpt-4o-2024-13-45',
    'gpt-4o-latest',
    'ft:gpt-4o',
    '',
  ])('never by what it is like: %s', (model) => {
    expect(priced(model)).toBeUndefined()
  })

  it('after thousands of names without a price', () => {
    const priceOf = priceOfTable(TABLE)
    const ask = (model: string) =>
      priceOf(
        readSpanUsage({
          attributes: {
            'gen_ai.request.model': model,
            'gen_ai.usage.input_tokens': 1,
            'gen_ai.usage.output_tokens': 1,
          },
        }),
      )
    for (let i = 0; i < 3000; i++) expect(ask(`random-${i}`)).toBeUndefined()
    expect(ask('gpt-4o')).toBeDefined()
  })
})

it('later changes of the table have no effect', () => {
  const table = { own: { input: 1, output: 1 } }
  const priceOf = priceOfTable(table)
  table.own.input = 100
  const usage = {
    ...readSpanUsage({ attributes: {} }),
    model: 'own',
    inputTokens: 1_000_000,
    outputTokens: 0,
  }
  expect(priceOf(usage)?.total).toBe(1)
})

describe('an invalid table is rejected with the model and the field', () => {
  it.each([
    [undefined, 'must be an object of prices by model, it is undefined'],
    [[], 'must be an object of prices by model, it is an array'],
    [{ a: 3 }, '["a"] must be an object, it is a value of type number'],
    [{ a: {} }, '["a"].input must be USD per million tokens, a number from 0 to 1000000, it is undefined'],
    [
      { a: { input: '3' } },
      '["a"].input must be USD per million tokens, a number from 0 to 1000000, it is a string of 1 character',
    ],
    [
      { a: { input: 1, output: -1 } },
      '["a"].output must be USD per million tokens, a number from 0 to 1000000, it is -1',
    ],
    [
      { a: { input: 1, cachedInput: Number.NaN } },
      '["a"].cachedInput must be USD per million tokens, a number from 0 to 1000000, it is NaN',
    ],
    [
      { a: { input: 0.0000025, output: 10 } },
      '["a"].input must be USD per million tokens, it is 0.0000025, which looks like a price per token',
    ],
    [
      { a: { input: 1, output: 0.00001 } },
      '["a"].output must be USD per million tokens, it is 0.00001, which looks like a price per token',
    ],
    [new Map([['a', { input: 1 }]]), 'must be a plain object of prices by model, it is an instance of Map'],
    [new (class Prices {})(), 'must be a plain object of prices by model, it is an instance of Prices'],
    [
      { a: { input: 1, cached: 1 } },
      '["a"] has no field "cached"; the fields are input, cachedInput, output',
    ],
  ])('%j', (table, problem) => {
    expect(pricesProblem(table)).toBe(problem)
  })

  it('a valid one is accepted', () => {
    expect(pricesProblem(TABLE)).toBeUndefined()
    expect(pricesProblem({ a: { input: 0.0001, cachedInput: 0, output: 0 } })).toBeUndefined()
    expect(pricesProblem(Object.assign(Object.create(null), TABLE))).toBeUndefined()
    expect(pricesProblem(runInNewContext('({ a: { input: 1 } })'))).toBeUndefined()
  })
})
