import { describe, expect, it } from 'vitest'
import { SessionAnalytics } from '../../src/index.ts'
import { readSpanUsage, summableUsage } from '../../src/usage/read-usage.ts'
import type { SpanUsage } from '../../src/usage/span-usage.ts'
import { spanOf } from '../support/spans.ts'

type Attributes = Readonly<Record<string, unknown>>

const CLAUDE = 'claude-sonnet-4-5-20250929'
const GEMINI = 'gemini-2.5-pro'
const GPT = 'gpt-4o-2024-08-06'

const read = (attributes: Attributes, name = 'some-instrumentation', version?: string): SpanUsage =>
  readSpanUsage({ attributes, instrumentationScope: { name, version } })

const genAi = (model: string, more: Attributes = {}): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': 5_000,
  'gen_ai.usage.output_tokens': 200,
  ...more,
})

const READ = { 'gen_ai.usage.cache_read.input_tokens': 4_000 }
const WRITTEN = { 'gen_ai.usage.cache_creation.input_tokens': 300 }

/** The model's call under AI SDK 5. */
const aiSdk = (provider: string | undefined, model: string, more: Attributes = {}): Attributes => ({
  'ai.operationId': 'ai.generateText.doGenerate',
  'ai.model.provider': provider,
  'ai.model.id': model,
  'ai.usage.inputTokens': 5_000,
  'ai.usage.outputTokens': 200,
  ...more,
})

describe('cache reads without cache writes are undecided', () => {
  it.each([
    '@traceloop/instrumentation-bedrock',
    '@opentelemetry/instrumentation-aws-sdk',
    '@traceloop/instrumentation-langchain',
    'gcp.vertex.agent',
  ])('under %s, which never reports what was written', (scope) => {
    expect(read(genAi(CLAUDE, READ), scope)).toMatchObject({ inputTokens: 5_000, undecided: 'cache' })
    expect(read(genAi(CLAUDE, { ...READ, ...WRITTEN }), scope).undecided).not.toBe('cache')
  })

  it('whatever the model is called, if the scope counts the cache apart', () => {
    const usage = genAi('our-profile', READ)
    expect(read(usage, '@traceloop/instrumentation-bedrock').undecided).toBe('cache')
  })

  it("unless the provider's own total shows that nothing was written", () => {
    const usage = (total: number) =>
      read(
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
          'llm.token_count.prompt': 20,
          'llm.token_count.completion': 100,
          'llm.token_count.prompt_details.cache_read': 4_000,
          'llm.token_count.total': total,
        },
        '@arizeai/openinference-instrumentation-bedrock',
      )
    expect(usage(4_120)).toMatchObject({ inputTokens: 4_020, undecided: undefined })
    expect(usage(14_120).undecided).toBe('cache')
  })

  it.each([
    ['some-instrumentation', 'openai'],
    ['@arizeai/openinference-instrumentation-openai', undefined],
  ])("of Claude over OpenAI's protocol, which has no writes, under %s of %s", (scope, provider) => {
    const usage = (more: Attributes) =>
      read(genAi(CLAUDE, { 'gen_ai.provider.name': provider, ...more }), scope)
    expect(usage(READ)).toMatchObject({ inputTokens: 5_000, undecided: 'cache' })
    expect(usage({ ...READ, 'gen_ai.usage.input_tokens': 1_000 }).undecided).toBe('cache')
    expect(usage({ 'gen_ai.usage.input_tokens': 1_000 }).undecided).toBeUndefined()
  })

  it('but a scope that reports both leaves out what is 0', () => {
    expect(read(genAi(CLAUDE, READ), 'strands-agents')).toMatchObject({
      inputTokens: 9_000,
      undecided: undefined,
    })
    expect(read(genAi(GPT, READ), '@traceloop/instrumentation-openai').undecided).toBeUndefined()
  })
})

describe('a deployment that answers is known by the model that was requested', () => {
  const answered = (model: string, more: Attributes): Attributes =>
    genAi(model, { 'gen_ai.response.model': 'our-deployment', ...more })

  it('if that is Claude or Nova, whose cache is counted apart', () => {
    for (const model of [CLAUDE, 'amazon.nova-pro-v1:0', 'Claude-Sonnet-4.5'])
      expect(read(answered(model, { ...READ, 'gen_ai.provider.name': 'vertex' })).undecided).toBe('cache')
    const scope = '@traceloop/instrumentation-langchain'
    expect(read(answered(CLAUDE, { 'gen_ai.usage.input_tokens': 20 }), scope).undecided).toBe('cache')
  })

  it('if that is Claude, which may cache for an hour', () => {
    const usage = answered(CLAUDE, WRITTEN)
    expect(read(usage, '@traceloop/instrumentation-anthropic', '0.27.0').undecided).toBe('lifetime')
  })

  it('if that is Gemini, whose thoughts are counted apart', () => {
    const thoughts = { 'gen_ai.usage.reasoning.output_tokens': 100 }
    expect(read(answered(GEMINI, thoughts)).undecided).toBe('total')
  })

  it.each([
    ['our-deployment', CLAUDE],
    // OpenInference shortens some names of Bedrock to the vendor.
    ['anthropic', 'our-profile'],
  ])("if OpenInference has Claude's writes in the answer only: %s for %s", (model, requested) => {
    const usage = read({
      'openinference.span.kind': 'LLM',
      'llm.model_name': model,
      'llm.request.model_name': requested,
      'llm.token_count.prompt': 20,
      'llm.token_count.completion': 100,
      'output.value': JSON.stringify({
        usage: { input_tokens: 20, cache_read_input_tokens: 0, cache_creation_input_tokens: 9_000 },
      }),
    })
    expect(usage).toMatchObject({ inputTokens: 9_020, cacheWriteTokens: 9_000 })
  })

  it('but a known model that answers is not the one that was requested', () => {
    const usage = genAi(CLAUDE, { ...READ, 'gen_ai.response.model': GPT })
    expect(read(usage)).toMatchObject({ inputTokens: 5_000, undecided: undefined })
  })
})

describe('a count that is there and invalid is not one that is missing', () => {
  const WRONG = [Number.NaN, -1, '300', {}, 1.5, true]

  it.each([
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.total_tokens',
    'gen_ai.usage.cache_creation.1h_input_tokens',
  ])('in %s', (name) => {
    for (const wrong of WRONG) {
      const usage = read(genAi('m', { ...READ, ...WRITTEN, [name]: wrong }), 'gen_ai')
      expect(usage).toMatchObject({ undecided: 'total', ignored: 1 })
    }
    const missing = read(genAi('m', { ...READ, ...WRITTEN, [name]: null }), 'gen_ai')
    expect(missing).toMatchObject({ undecided: undefined, ignored: 0 })
  })

  it('also where only the time of a cache write would be unknown', () => {
    const usage = genAi(CLAUDE, { ...WRITTEN, 'gen_ai.usage.reasoning.output_tokens': 'x' })
    expect(read(usage, 'gen_ai').undecided).toBe('total')
  })

  it('and a number that is too high for totals is none either', () => {
    const usage = summableUsage({ ...read(genAi('m')), cacheWriteTokens: 2 ** 33 })
    expect(usage).toMatchObject({ cacheWriteTokens: undefined, undecided: 'total', ignored: 1 })
  })

  it('and the cost is unknown, not lower', () => {
    const analytics = new SessionAnalytics({ prices: { m: { input: 1, output: 2 } } })
    const attributes = genAi('m', { 'gen_ai.usage.cache_creation.input_tokens': '9000' })
    analytics.onEnd(spanOf({ id: 'a', session: 's', attributes }))
    expect(analytics.stats('s')).toMatchObject({ cost: undefined, undecidedUsages: 1 })
    expect(analytics.counters().ignoredValues).toBe(1)
  })

  it('nor is an invalid cost, whose place no price takes', () => {
    const usage = read(genAi('m', { 'gen_ai.usage.cost': -1 }))
    expect(usage).toMatchObject({ cost: undefined, undecided: 'total', ignored: 1 })
  })

  it('unless another value is the cost', () => {
    const details = {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.cost_details': '{"total":"1"}',
    }
    const usage = read(genAi('m', { ...details, 'gen_ai.usage.cost': 2 }))
    expect(usage).toMatchObject({ cost: { total: 2 }, undecided: undefined, ignored: 1 })
  })
})

it.each([
  ['v0.22.6', 'cache'],
  ['0.22.6', 'cache'],
  ['V0.22.6-beta.1', 'cache'],
  ['v0.25.0', undefined],
  ['0.27.0', undefined],
  ['', undefined],
])('the version %j of an instrumentation is read with or without a letter in front', (version, undecided) => {
  const usage = read(genAi(CLAUDE), '@traceloop/instrumentation-anthropic', version)
  expect(usage.undecided).toBe(undecided)
})

describe('AI SDK 5 counts the cache as its provider does', () => {
  const CACHED = { 'ai.usage.cachedInputTokens': 4_000 }

  it.each(['openai.chat', 'openai.responses', 'openrouter', 'litellm.chat', 'our-proxy.completion'])(
    "within the input of Claude over OpenAI's protocol: %s",
    (provider) => {
      expect(read(aiSdk(provider, CLAUDE, CACHED), 'ai')).toMatchObject({
        inputTokens: 5_000,
        cachedInputTokens: 4_000,
        // The protocol has no writes, for which Anthropic charges.
        undecided: 'cache',
      })
      const short = aiSdk(provider, CLAUDE, { 'ai.usage.inputTokens': 1_000 })
      expect(read(short, 'ai').undecided).toBeUndefined()
    },
  )

  it.each(['anthropic.messages', 'vertex.anthropic.messages', 'amazon-bedrock'])(
    'beside the input of %s, whatever the model is called',
    (provider) => {
      for (const model of [CLAUDE, 'our-alias'])
        expect(read(aiSdk(provider, model, { 'ai.usage.inputTokens': 20 }), 'ai').undecided).toBe('cache')
    },
  )

  it('in a way that nothing tells for Claude of another provider', () => {
    for (const provider of ['gateway', undefined])
      expect(read(aiSdk(provider, CLAUDE, CACHED), 'ai')).toMatchObject({
        inputTokens: 5_000,
        undecided: 'cache',
      })
  })

  it('within the input of other models', () => {
    expect(read(aiSdk('openai.chat', GPT, CACHED), 'ai')).toMatchObject({
      inputTokens: 5_000,
      undecided: undefined,
    })
  })
})

describe("Gemini and Grok over OpenAI's protocol count reasoning beside the output, in the total only", () => {
  const GROK = 'grok-4'
  const call = (model: string, provider: string, more: Attributes = {}): Attributes => ({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': 700,
    'gen_ai.usage.output_tokens': 600,
    ...more,
  })
  const OF_6 = {
    'ai.usage.inputTokens': 700,
    'ai.usage.inputTokenDetails.noCacheTokens': 700,
    'ai.usage.outputTokens': 600,
    'ai.usage.totalTokens': 1_300,
  }
  const REASONED = { 'ai.usage.outputTokenDetails.reasoningTokens': 300 }

  it.each([
    ['@opentelemetry/instrumentation-openai', call(GROK, 'openai')],
    ['@opentelemetry/instrumentation-openai', call(GEMINI, 'openai')],
    ['gen_ai', call(GROK, 'openai', { 'gen_ai.usage.cache_read.input_tokens': 0 })],
    ['gen_ai', call(GEMINI, 'litellm.chat', { 'gen_ai.usage.reasoning.output_tokens': 300 })],
    ['ai', aiSdk('openai.chat', GROK, { ...OF_6, ...REASONED })],
    ['ai', aiSdk('openai.chat', GROK, OF_6)],
    [
      'ai',
      aiSdk('litellm.chat', GEMINI, {
        'ai.usage.inputTokens': 700,
        'ai.usage.outputTokens': 600,
        'ai.usage.totalTokens': 1_300,
        'ai.usage.reasoningTokens': 300,
        'ai.usage.cachedInputTokens': 0,
      }),
    ],
    ['ai', aiSdk('openai.chat', GROK, { 'ai.usage.inputTokens': 700, 'ai.usage.outputTokens': 600 })],
  ])('is undecided under %s where no total of the provider says how much that was: %j', (scope, span) => {
    expect(read(span, scope).undecided).toBe('total')
  })

  it('is whole where a total of the provider proves it', () => {
    const total = (tokens: number) => ({ 'gen_ai.usage.total_tokens': tokens })
    const reasoning = { 'gen_ai.usage.reasoning.output_tokens': 300 }
    const scope = '@traceloop/instrumentation-openai'
    expect(read(call(GROK, 'openai', { ...total(1_600), ...reasoning }), scope)).toMatchObject({
      outputTokens: 900,
      undecided: undefined,
    })
    expect(read(call(GROK, 'openai', total(1_300)), scope).undecided).toBeUndefined()
    expect(read(call(GROK, 'openai', total(1_600)), scope).undecided).toBe('total')
  })

  it.each([
    ['gen_ai', call(GROK, 'x_ai')],
    ['ai', aiSdk('xai.chat', GROK, OF_6)],
    ['gen_ai', call(GEMINI, 'google.vertex.chat')],
    ['gen_ai', call(`google/${GEMINI}`, 'openrouter.chat')],
    ['gen_ai', call(GPT, 'openai')],
  ])("is whole under their own provider's name, and for other models: %s, %j", (scope, span) => {
    expect(read(span, scope).undecided).toBeUndefined()
  })

  it('is not taken for included under an unknown instrumentation', () => {
    const reasoning = { 'gen_ai.usage.reasoning.output_tokens': 300 }
    expect(read(call(GROK, 'x_ai', reasoning)).undecided).toBe('total')
  })
})

it('AI SDK 4 reports neither the thoughts of Gemini nor what came from a cache', () => {
  const span = (input: number) =>
    aiSdk('google.generative-ai', GEMINI, {
      'ai.usage.inputTokens': undefined,
      'ai.usage.outputTokens': undefined,
      'ai.usage.promptTokens': input,
      'ai.usage.completionTokens': 200,
      'ai.response.providerMetadata': '{"google":{"groundingMetadata":null,"safetyRatings":null}}',
    })
  expect(read(span(555), 'ai').undecided).toBe('total')
  expect(read(span(6_156), 'ai').undecided).toBe('cache')
})

it("OpenInference's LangChain reports no cache reads below 3.4", () => {
  const scope = '@arizeai/openinference-instrumentation-langchain'
  const span = (model: string, metadata: object): Attributes => ({
    'openinference.span.kind': 'LLM',
    'llm.model_name': model,
    'llm.token_count.prompt': 2_155,
    'llm.token_count.completion': 33,
    'llm.token_count.total': 2_188,
    metadata: JSON.stringify(metadata),
  })
  const google = (name: string) => ({
    ls_provider: 'google_genai',
    versions: { [`@langchain/${name}`]: '1' },
  })
  for (const each of [
    span(GPT, { ls_provider: 'openai' }),
    span(GEMINI, google('google')),
    span(GEMINI, google('google-genai')),
  ]) {
    expect(read(each, scope, '2.0.0').undecided).toBe('cache')
    expect(read(each, scope, '3.4.3').undecided).toBeUndefined()
  }
})
