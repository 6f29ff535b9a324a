import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { PRICES } from '../../src/cost/prices.ts'
import { type CacheLifetime, type PriceTable, priceOfTable, pricesProblem } from '../../src/cost/span-cost.ts'
import { readSpanUsage } from '../../src/usage/read-usage.ts'
import type { SpanUsage } from '../../src/usage/span-usage.ts'

const TABLE: PriceTable = {
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-2024-05-13': { input: 5, output: 15 },
  'openai/gpt-4o-audio': { input: 4, output: 20 },
  'text-embedding-3-small': { input: 0.02 },
  'mistral-embed': { input: 0.1, output: 0.1 },
  ours: { input: 0, output: 0 },
  short: { input: 3, cacheWrite: 3.75, output: 15 },
  claude: {
    input: 3,
    cachedInput: 0.3,
    cacheWrite: 3.75,
    cacheWriteHour: 6,
    output: 15,
    longPrompt: {
      above: 200_000,
      input: 6,
      cachedInput: 0.6,
      cacheWrite: 7.5,
      cacheWriteHour: 12,
      output: 22.5,
    },
  },
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

const MILLION = { kind: 'llm', inputTokens: 1_000_000, outputTokens: 0 } as const

/** The cost of a usage of 10 tokens in and out, changed. */
const custom = (changes: Partial<SpanUsage>) =>
  priceOfTable(TABLE)({
    ...readSpanUsage({ attributes: {} }),
    kind: 'llm',
    inputTokens: 10,
    outputTokens: 10,
    ...changes,
  })

const claude = (changes: Partial<SpanUsage>) => custom({ model: 'claude', ...changes })

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

  it('is more for input that is written to the cache, and most for an hour', () => {
    const usage = { inputTokens: 9_220, cacheWriteTokens: 9_000, outputTokens: 101 }
    expect(claude(usage)?.total).toBeCloseTo(0.035925, 10)
    expect(claude({ ...usage, cacheWriteHourTokens: 6_000 })?.total).toBeCloseTo(0.049425, 10)
  })

  it('is that of a long prompt for all tokens of a call above the limit, cached ones included', () => {
    const usage = { inputTokens: 200_000, cachedInputTokens: 100_000, outputTokens: 1000 }
    expect(claude(usage)?.total).toBeCloseTo(0.3 + 0.03 + 0.015, 10)
    expect(claude({ ...usage, inputTokens: 200_001 })?.total).toBeCloseTo(0.600006 + 0.06 + 0.0225, 10)
  })

  it.each(['agent', 'other'] as const)(
    'is unknown above the limit of a long prompt for the usage of a span of kind %s, which may be that of several calls',
    (kind) => {
      const usage = { kind, inputTokens: 200_000, outputTokens: 1000 }
      expect(claude(usage)?.total).toBeCloseTo(0.6 + 0.015, 10)
      expect(claude({ ...usage, inputTokens: 200_001 })).toBeUndefined()
      expect(custom({ ...usage, model: 'gpt-4o', inputTokens: 200_001 })?.total).toBeCloseTo(0.5100025, 10)
    },
  )

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
    ['the cache is written, and there is no price for it', custom({ model: 'gpt-4o', cacheWriteTokens: 1 })],
    [
      'it is written for an hour, and there is no price for that',
      custom({ model: 'short', cacheWriteTokens: 2, cacheWriteHourTokens: 1 }),
    ],
    ['more is cached than goes in', custom({ model: 'gpt-4o', cachedInputTokens: 11 })],
    ['more is written than goes in', claude({ cacheWriteTokens: 11 })],
    [
      'reads and writes together are more than goes in',
      claude({ cachedInputTokens: 6, cacheWriteTokens: 5 }),
    ],
    ['more is written for an hour than at all', claude({ cacheWriteTokens: 5, cacheWriteHourTokens: 6 })],
    ['it is not known whether the cache is included', claude({ undecided: 'cache' })],
    ['the parts do not add up', claude({ undecided: 'total' })],
    ['nothing says for how long it is written', claude({ cacheWriteTokens: 5, undecided: 'lifetime' })],
  ])('is unknown where %s', (_, result) => {
    expect(result).toBeUndefined()
  })
})

describe('a cache write whose lifetime no span reports', () => {
  const written = { inputTokens: 10, outputTokens: 0, cacheWriteTokens: 10, undecided: 'lifetime' } as const
  const priced = (lifetime: CacheLifetime, changes: Partial<SpanUsage>) =>
    priceOfTable(
      TABLE,
      lifetime,
    )({ ...readSpanUsage({ attributes: {} }), kind: 'llm', model: 'claude', ...written, ...changes })?.total

  it('costs as the option says', () => {
    expect(priced('5m', {})).toBeCloseTo(10 * 3.75e-6, 12)
    expect(priced('1h', {})).toBeCloseTo(10 * 6e-6, 12)
    expect(priced('1h', { undecided: undefined })).toBeCloseTo(10 * 6e-6, 12)
  })

  it('costs as the span says, if it does', () => {
    const said = { cacheWriteHourTokens: 4, undecided: undefined }
    for (const lifetime of ['5m', '1h'] as const)
      expect(priced(lifetime, said)).toBeCloseTo(6 * 3.75e-6 + 4 * 6e-6, 12)
  })

  it('is unknown for an hour that has no price, and for numbers that are undecided otherwise', () => {
    expect(priced('1h', { model: 'short' })).toBeUndefined()
    expect(priced('5m', { undecided: 'cache' })).toBeUndefined()
  })

  it('has the only price of a provider that has one lifetime', () => {
    expect(priced('1h', { model: 'short', undecided: undefined })).toBeCloseTo(10 * 3.75e-6, 12)
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

  it('of the response first, and of the request if that has none', () => {
    const million = { inputTokens: 1_000_000, outputTokens: 0 }
    expect(custom({ ...million, model: 'gpt-4o', requestModel: 'ours' })?.total).toBe(2.5)
    expect(custom({ ...million, model: 'gpt-4o-canary', requestModel: 'gpt-4o' })?.total).toBe(2.5)
  })

  it.each([
    ['is fine-tuned', 'ft:gpt-4o-2024-08-06:bookshop::abc', 'gpt-4o'],
    ['is fine-tuned, behind its owner', 'openai/ft:gpt-4o:bookshop::abc', 'openai/gpt-4o'],
    ['is fine-tuned, in capitals', 'FT:gpt-4o-2024-08-06:bookshop::abc', 'gpt-4o'],
    ['is fine-tuned, on Azure', 'gpt-4o-2024-08-06.ft-abc', 'gpt-4o'],
    ['is fine-tuned, by an organization', 'gpt-4o:ft-bookshop', 'gpt-4o'],
    ['is of another owner', 'some/huge-model', 'openai/gpt-4o'],
    ['is of a host', 'together/huge-model', 'gpt-4o'],
    ['is of a host, with its path', 'accounts/fireworks/models/huge-model', 'gpt-4o'],
  ])('never of the request if the model of the response %s', (_, model, requestModel) => {
    expect(custom({ model, requestModel })).toBeUndefined()
  })

  it.each([
    ['of the same owner', 'openai/gpt-4o-canary', 'openrouter/openai/gpt-4o'],
    ['without an owner', 'gpt-4o-canary', 'openai/gpt-4o'],
    ["that has Google's prefix", 'google/gpt-4o-canary', 'models/gpt-4o'],
  ])('of the request if the response has a name %s', (_, model, requestModel) => {
    expect(custom({ model, requestModel })).toBeDefined()
  })

  it('never of the response if the requested model is fine-tuned', () => {
    const names = { model: 'gpt-4o-2024-08-06', requestModel: 'ft:gpt-4o-2024-08-06:bookshop::abc' }
    expect(custom(names)).toBeUndefined()
  })

  it.each(['azure', 'azure.ai.openai', 'Azure', 'az.ai.openai', 'az.ai.inference', 'microsoft.foundry'])(
    'never of the request on %s, where anybody names deployments',
    (provider) => {
      const names = { model: 'gpt-4o-canary', requestModel: 'gpt-4o', provider }
      expect(custom(names)).toBeUndefined()
      expect(custom({ ...names, model: 'gpt-4o-2024-08-06' })).toBeDefined()
    },
  )

  it.each<[string, Readonly<Record<string, unknown>>, boolean]>([
    ["OpenTelemetry's names, requested", { 'gen_ai.request.model': 'gpt-4o' }, false],
    ["OpenTelemetry's names, answered", { 'gen_ai.response.model': 'gpt-4o' }, true],
    [
      'one name, requested and answered',
      { 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': 'gpt-4o' },
      true,
    ],
    [
      'the AI SDK, requested',
      { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.model.id': 'gpt-4o' },
      false,
    ],
    [
      'the AI SDK, which writes the requested one as that of the response',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'gpt-4o',
        'ai.response.model': 'gpt-4o',
      },
      false,
    ],
    [
      'the AI SDK, answered',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'canary',
        'ai.response.model': 'gpt-4o',
      },
      true,
    ],
    [
      'OpenInference, requested',
      { 'openinference.span.kind': 'LLM', 'llm.request.model_name': 'gpt-4o' },
      false,
    ],
    [
      'OpenInference, answered',
      { 'openinference.span.kind': 'LLM', 'llm.response.model_name': 'gpt-4o' },
      true,
    ],
    [
      'OpenInference, requested or answered',
      { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o' },
      false,
    ],
    [
      'OpenInference, another than requested',
      { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o', 'llm.request.model_name': 'canary' },
      true,
    ],
    [
      'Langfuse, requested or answered',
      { 'langfuse.observation.type': 'generation', 'langfuse.observation.model.name': 'gpt-4o' },
      false,
    ],
    [
      'Langfuse, answered',
      {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': 'gpt-4o',
        'gen_ai.response.model': 'gpt-4o',
      },
      true,
    ],
  ])('on Azure only if the response names it: %s', (_, attributes, isKnown) => {
    const tokens = {
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 10,
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 10,
    }
    const isOpenInference = 'openinference.span.kind' in attributes
    const counts = Object.entries(tokens).filter(([name]) => name.startsWith('llm.') === isOpenInference)
    const priced = (provider: string) => {
      const providers = { 'gen_ai.system': provider, 'llm.provider': provider }
      const usage = readSpanUsage({
        attributes: { ...attributes, ...providers, ...Object.fromEntries(counts) },
      })
      expect(usage.model).toBe('gpt-4o')
      return priceOfTable(TABLE)(usage)?.total
    }
    expect(priced('azure') !== undefined).toBe(isKnown)
    expect(priced('openai')).toBeCloseTo(0.000125, 10)
  })

  it.each(['aws.bedrock', 'Bedrock', 'AWS', 'AWS Bedrock', 'amazon-bedrock', 'amazon_bedrock'])(
    'never of a name without an owner on %s, where regions have prices of their own',
    (provider) => {
      const priced = (model: string) =>
        priceOfTable({ ...PRICES, ...TABLE })({
          ...readSpanUsage({ attributes: {} }),
          ...MILLION,
          model,
          provider,
        })
      expect(priced('claude')).toBeUndefined()
      expect(priced('claude-sonnet-4.5')).toBeUndefined()
      expect(priced('anthropic.claude-3-haiku-20240307-v1:0')).toBeDefined()
    },
  )

  it('of a name without an owner at the owner', () => {
    expect(custom({ model: 'claude', provider: 'anthropic' })).toBeDefined()
  })

  it('of an ARN that the table names on Bedrock', () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/x1y2z3'
    const usage = { ...readSpanUsage({ attributes: {} }), ...MILLION, model: arn, provider: 'aws.bedrock' }
    expect(priceOfTable({ [arn]: { input: 3, output: 15 } })(usage)?.total).toBe(3)
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

describe('the price of a name that a cloud gives', () => {
  const INPUT = 1_000_000
  const priced = (model: string) =>
    priceOfTable(PRICES)({
      ...readSpanUsage({ attributes: {} }),
      model,
      // Below the limit of a long prompt.
      inputTokens: INPUT / 10,
      outputTokens: 0,
    })?.total

  const PROFILES = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile'
  it.each([
    ['Bedrock, a profile of the US', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    ['Bedrock, a profile of the EU', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    ['Bedrock, a profile of GovCloud', 'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    ['Bedrock, a region', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    ['Bedrock, the global profile', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', 3],
    ['Bedrock, an older model', 'apac.anthropic.claude-3-5-sonnet-20240620-v1:0', 3],
    ['Bedrock, a context window', 'anthropic.claude-3-haiku-20240307-v1:0:48k', 0.25],
    ['Bedrock, no version', 'us.anthropic.claude-sonnet-4-6', 3.3],
    ['Bedrock, Nova', 'us.amazon.nova-pro-v1:0', 0.8],
    ['Bedrock, Llama', 'us.meta.llama3-3-70b-instruct-v1:0', 0.72],
    ['Bedrock, a foundation model', 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0', 0.8],
    ['Bedrock, a profile by ARN', `${PROFILES}/us.anthropic.claude-sonnet-4-5-20250929-v1:0`, 3.3],
    ['Bedrock through LiteLLM', 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3.3],
    [
      'Bedrock, Nova by the ARN of a US region',
      'arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0',
      0.8,
    ],
    [
      'Bedrock, Claude by the ARN of another region',
      'arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
      3.3,
    ],
    ['Vertex AI, Claude', 'claude-sonnet-4-5@20250929', 3],
    [
      'Vertex AI, Claude at the global endpoint',
      'projects/p-1/locations/global/publishers/anthropic/models/claude-sonnet-4-5@20250929',
      3,
    ],
    ['Vertex AI, a publisher', 'publishers/google/models/gemini-2.5-pro', 1.25],
    [
      'Vertex AI, in a project',
      'projects/p-1/locations/europe-west1/publishers/google/models/gemini-2.5-pro',
      1.25,
    ],
    ['Azure, the response', 'gpt-4o-2024-08-06', 2.5],
    ['OpenRouter', 'anthropic/claude-sonnet-4.5', 3],
    ['Gemini API', 'models/gemini-2.5-pro', 1.25],
  ])('%s: %s', (_, model, dollars) => {
    expect(priced(model)).toBeCloseTo(dollars / 10, 10)
  })

  it.each([
    [
      'a provisioned throughput',
      'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/amazon.nova-pro-v1:0',
    ],
    ['an imported model', 'arn:aws:bedrock:us-east-1:123456789012:imported-model/abc123'],
    ['a custom model', 'arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1:0/abc123'],
    [
      'a profile of the application',
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/x1y2z3',
    ],
    ['Nova in the EU, which may cost more', 'eu.amazon.nova-pro-v1:0'],
    ['Nova in Asia', 'apac.amazon.nova-pro-v1:0'],
    ['Nova in GovCloud', 'us-gov.amazon.nova-pro-v1:0'],
    ['Nova in the EU by ARN', 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0'],
    [
      'Nova in GovCloud by ARN',
      'arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0',
    ],
    ['a profile of Nova in the EU by ARN', `${PROFILES.replace('us-', 'eu-')}/eu.amazon.nova-pro-v1:0`],
    ['a name without an owner on Bedrock through LiteLLM', 'bedrock/claude-sonnet-4-5'],
    ['a deployment on Azure through LiteLLM', 'azure/gpt-4o'],
    [
      'Claude in a region of Vertex AI',
      'projects/p-1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929',
    ],
    ['a tuned model of Vertex AI', 'projects/p-1/locations/europe-west1/models/gemini-2.5-pro'],
    ['an endpoint of Vertex AI', 'projects/p-1/locations/us-central1/endpoints/gemini-2.5-pro'],
    ['a fine-tuned model', 'ft:gpt-4o-2024-08-06:bookshop::abc'],
    ['a free variant', 'anthropic/claude-sonnet-4.5:free'],
    ['a variant that thinks', 'google/gemini-2.5-flash-preview:thinking'],
    ['a variant with web search', 'openai/gpt-4o:online'],
    ['a host of open weights', 'accounts/fireworks/models/deepseek-v3'],
    ['another host', 'groq/openai/gpt-oss-120b'],
    ['an unknown version of Bedrock', 'us.anthropic.claude-sonnet-9-v1:0'],
    ['a name of 300 characters', `models/${'x'.repeat(293)}`],
  ])('is unknown for %s', (_, model) => {
    expect(priced(model)).toBeUndefined()
  })

  const answered = (model: string, requestModel: string) =>
    priceOfTable(PRICES)({
      ...readSpanUsage({ attributes: {} }),
      model,
      requestModel,
      inputTokens: INPUT / 10,
      outputTokens: 0,
    })?.total

  it.each([
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  ])('is that of the place which the request names, if the response names none: %s', (requested) => {
    expect(answered('claude-sonnet-4-5-20250929', requested)).toBeCloseTo(0.33, 10)
  })

  it('is unknown if the request names a region of Vertex AI, or the response a geography without a price', () => {
    const region = 'projects/p-1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929'
    expect(answered('claude-sonnet-4-5-20250929', region)).toBeUndefined()
    expect(answered('eu.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0')).toBeUndefined()
  })

  it('a price for a region in the table is that of the region', () => {
    const price = { input: 1.05, output: 4.2 }
    const usage = { ...readSpanUsage({ attributes: {} }), ...MILLION, model: 'eu.amazon.nova-pro-v1:0' }
    expect(priceOfTable({ 'eu.amazon.nova-pro': price })(usage)?.total).toBe(1.05)
  })

  it.each([
    'claude-sonnet-4',
    'claude-sonnet-4-0',
    'claude-sonnet-4-20250514',
    'anthropic/claude-sonnet-4',
    'global.anthropic.claude-sonnet-4-20250514-v1:0',
    'us.anthropic.claude-sonnet-4-20250514-v1:0',
    'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  ])('a long prompt of %s, for which the source lacks the higher price, is unknown', (model) => {
    const usage = { ...readSpanUsage({ attributes: {} }), ...MILLION, model }
    expect(priceOfTable(PRICES)({ ...usage, inputTokens: 200_000 })).toBeDefined()
    expect(priceOfTable(PRICES)({ ...usage, inputTokens: 200_001 })).toBeUndefined()
  })

  it('a name that is built to be slow is not', () => {
    expect(priced(`a.${'-v1'.repeat(65)}!`)).toBeUndefined()
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
    [
      { a: { input: 0.00015, output: 600 } },
      '["a"].input must be USD per million tokens, it is 0.00015, which looks like a price per token',
    ],
    [new Map([['a', { input: 1 }]]), 'must be a plain object of prices by model, it is an instance of Map'],
    [new (class Prices {})(), 'must be a plain object of prices by model, it is an instance of Prices'],
    [
      { a: { input: 1, cached: 1 } },
      '["a"] has no field "cached"; the fields are input, cachedInput, cacheWrite, cacheWriteHour, output, longPrompt',
    ],
    [{ a: { input: 1, longPrompt: 3 } }, '["a"].longPrompt must be an object, it is a value of type number'],
    [
      { a: { input: 1, longPrompt: { above: 1, input: -1 } } },
      '["a"].longPrompt.input must be USD per million tokens, a number from 0 to 1000000, it is -1',
    ],
    [
      { a: { input: 1, longPrompt: { above: 0.5, input: 1 } } },
      '["a"].longPrompt.above must be a whole number of tokens from 1, it is 0.5',
    ],
    [
      { a: { input: 1, longPrompt: { input: 1 } } },
      '["a"].longPrompt.above must be a whole number of tokens from 1, it is undefined',
    ],
    [
      { a: { input: 1, longPrompt: { above: 1, input: 1, longPrompt: {} } } },
      '["a"].longPrompt has no field "longPrompt"; the fields are input, cachedInput, cacheWrite, cacheWriteHour, output, above',
    ],
  ])('%j', (table, problem) => {
    expect(pricesProblem(table)).toBe(problem)
  })

  it('a name of any length is shortened', () => {
    expect(pricesProblem({ ['x'.repeat(100_000)]: 3 })?.length).toBeLessThan(300)
  })

  it('a valid one is accepted', () => {
    expect(pricesProblem(TABLE)).toBeUndefined()
    expect(pricesProblem({ a: { input: 1, longPrompt: { above: 1 } } })).toBeUndefined()
    expect(pricesProblem({ a: { input: 0.001, cachedInput: 0, output: 0 } })).toBeUndefined()
    expect(pricesProblem(Object.assign(Object.create(null), TABLE))).toBeUndefined()
    expect(pricesProblem(runInNewContext('({ a: { input: 1 } })'))).toBeUndefined()
  })
})
