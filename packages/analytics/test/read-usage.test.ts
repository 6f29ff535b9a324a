import { SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { readSpanUsage } from '../src/usage/read-usage.ts'
import type { UsageSpan } from '../src/usage/span-usage.ts'

const read = (attributes: Record<string, unknown>, rest: Partial<UsageSpan> = {}) =>
  readSpanUsage({ attributes, ...rest })

const NOTHING = read({})

describe('a span without anything of GenAI', () => {
  it('did other work, and says nothing', () => {
    expect(read({ 'http.request.method': 'GET', 'url.full': 'http://tool/' })).toEqual(NOTHING)
    expect(NOTHING).toMatchObject({ kind: 'other', error: false, ignored: 0 })
  })

  it('says its user, tags and environment', () => {
    const usage = read(
      { 'user.id': 'ada', 'tag.tags': ['a', 'b'] },
      { resource: { attributes: { 'deployment.environment.name': 'production' } } },
    )
    expect(usage).toMatchObject({ userId: 'ada', tags: ['a', 'b'], environment: 'production' })
  })
})

describe('the kind of work', () => {
  it.each([
    ['llm', { 'gen_ai.operation.name': 'generate_content' }],
    ['embedding', { 'gen_ai.operation.name': 'embeddings' }],
    ['retrieval', { 'openinference.span.kind': 'RERANKER' }],
    ['embedding', { 'ai.operationId': 'ai.embedMany.doEmbed' }],
    ['retrieval', { 'langfuse.observation.type': 'retriever' }],
    ['tool', { 'traceloop.span.kind': 'tool' }],
    ['llm', { 'llm.request.type': 'completion', 'gen_ai.system': 'OpenAI' }],
    ['llm', { 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 1 }],
    ['llm', { 'langfuse.observation.type': 'span', 'gen_ai.operation.name': 'chat' }],
    ['llm', { 'gen_ai.provider.name': 'p', 'gen_ai.response.model': 'm', 'gen_ai.usage.output_tokens': 5 }],
    ['llm', { 'gen_ai.system': 'p', 'gen_ai.response.model': 'm', 'gen_ai.usage.prompt_tokens': 5 }],
    ['other', { 'gen_ai.usage.prompt_tokens': 3, 'gen_ai.usage.completion_tokens': 5 }],
    ['tool', { 'gen_ai.tool.name': 't', 'gen_ai.tool.call.id': '1' }],
    ['llm', { 'langfuse.observation.model.name': 'm', 'langfuse.observation.cost_details': '{"total":1}' }],
    ['other', { 'langfuse.observation.cost_details': '{"total":1}' }],
    ['other', { 'gen_ai.operation.name': 'constructor' }],
    ['other', { 'gen_ai.operation.name': 7 }],
    ['other', { 'openinference.span.kind': 'llm' }],
    ['other', { 'ai.operationId': 'ai.embed' }],
  ])('is %s for %j', (kind, attributes) => {
    expect(read(attributes).kind).toBe(kind)
  })
})

it.each(['ai.embed', 'ai.embedMany', 'ai.rerank', 'ai.generateObject', 'ai.streamObject'])(
  '%s is no call of the model: that is inside it',
  (call) => {
    const usage = read({ 'ai.operationId': call, 'ai.model.id': 'm', 'ai.usage.tokens': 5 })
    expect(usage).toMatchObject({ kind: 'other', inputTokens: 5 })
  },
)

describe('older names', () => {
  it('of OpenTelemetry and OpenLLMetry', () => {
    expect(
      read({
        'gen_ai.system': 'Anthropic',
        'gen_ai.request.model': 'claude',
        'gen_ai.usage.prompt_tokens': 20,
        'gen_ai.usage.completion_tokens': 5,
        'llm.usage.total_tokens': 25,
        'gen_ai.usage.cache_read_input_tokens': 4,
        'gen_ai.usage.reasoning_tokens': 3,
        'llm.request.type': 'chat',
      }),
    ).toMatchObject({
      kind: 'llm',
      model: 'claude',
      provider: 'Anthropic',
      inputTokens: 20,
      outputTokens: 5,
      totalTokens: 25,
      cachedInputTokens: 4,
      reasoningTokens: 3,
    })
  })

  it('of OpenTelemetry, without anything else', () => {
    const usage = read({ 'gen_ai.usage.prompt_tokens': 3, 'gen_ai.usage.completion_tokens': 5 })
    expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 5 })
    expect(read({ 'gen_ai.usage.completion_tokens': 5 }).outputTokens).toBe(5)
  })

  it('of the AI SDK', () => {
    const usage = read({
      'ai.operationId': 'ai.generateObject.doGenerate',
      'ai.model.id': 'm',
      'ai.usage.promptTokens': 3,
      'ai.usage.completionTokens': 4,
      'ai.telemetry.metadata.userId': 'ada',
    })
    expect(usage).toMatchObject({ kind: 'llm', model: 'm', inputTokens: 3, outputTokens: 4, userId: 'ada' })
  })

  it('the tokens of an embedding', () => {
    const usage = read({ 'ai.operationId': 'ai.embed.doEmbed', 'ai.model.id': 'e', 'ai.usage.tokens': 9 })
    expect(usage).toMatchObject({ kind: 'embedding', model: 'e', inputTokens: 9, totalTokens: undefined })
  })
})

describe('tokens', () => {
  it('are of the model that answered, before the one that was asked for', () => {
    const usage = read({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.model': 'gpt-4o-2024-08-06' })
    expect(usage.model).toBe('gpt-4o-2024-08-06')
  })

  it('from a cache are a part of the input', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 100,
    })
    expect(usage).toMatchObject({ inputTokens: 100, cachedInputTokens: 100 })
  })

  it('from a cache that cannot be a part of the input are added to it', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 4,
      'gen_ai.usage.output_tokens': 1,
      'gen_ai.usage.cache_read.input_tokens': 100,
    })
    expect(usage).toMatchObject({ inputTokens: 104, totalTokens: 105 })
  })

  it('from a cache that are added to the input are added to the total, where it is without them', () => {
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

  it('that Langfuse keeps apart are added up', () => {
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

  it('of OpenTelemetry stand on a span of Langfuse, too', () => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 4,
    })
    expect(usage).toMatchObject({ kind: 'llm', model: 'm', totalTokens: 7 })
  })

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['12'], [1.5], [true], [{}]])(
    'that are %j are ignored, and counted',
    (wrong) => {
      const usage = read({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': wrong })
      expect(usage).toMatchObject({ kind: 'llm', inputTokens: undefined, ignored: 1 })
    },
  )

  it('that are wrong give way to the next name', () => {
    const usage = read({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': -5,
      'gen_ai.usage.prompt_tokens': 5,
    })
    expect(usage).toMatchObject({ inputTokens: 5, ignored: 1 })
  })

  it('inside JSON are held to the same', () => {
    const usage = read({
      'langfuse.observation.usage_details': '{"input":-1,"output":"7","total":4}',
      'langfuse.observation.type': 'generation',
    })
    expect(usage).toMatchObject({ inputTokens: undefined, totalTokens: 4, ignored: 2 })
  })

  it('are not taken from JSON that is broken, or an array, or endless', () => {
    for (const json of ['{', '[1]', 'null', '7', `{"input":${'1'.repeat(9000)}}`]) {
      const usage = read({
        'langfuse.observation.type': 'generation',
        'langfuse.observation.usage_details': json,
      })
      expect(usage).toMatchObject({ kind: 'llm', inputTokens: undefined })
    }
  })

  it('a count of one span is not carried on to the next', () => {
    read({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': -1 })
    expect(read({}).ignored).toBe(0)
  })
})

describe('a cost', () => {
  it('is what OpenInference says', () => {
    const usage = read({
      'openinference.span.kind': 'LLM',
      'llm.cost.prompt': 0.1,
      'llm.cost.completion': 0.2,
      'llm.cost.total': 0.4,
    })
    expect(usage.cost).toEqual({ input: 0.1, output: 0.2, total: 0.4 })
  })

  it('of one part has no total', () => {
    const usage = read({ 'openinference.span.kind': 'LLM', 'llm.cost.prompt': 0.1 })
    expect(usage.cost).toEqual({ input: 0.1, output: undefined, total: undefined })
  })

  it("is Langfuse's on a span that says no type", () => {
    expect(read({ 'langfuse.observation.cost_details': '{"total":1}' }).cost?.total).toBe(1)
  })

  it('that is none is ignored, and counted', () => {
    const usage = read({ 'openinference.span.kind': 'LLM', 'llm.cost.total': -1, 'llm.cost.prompt': 1e300 })
    expect(usage).toMatchObject({ cost: undefined, ignored: 2 })
  })
})

describe('tags', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['["a","b"]', ['a', 'b']],
    [['a', 7, '', null], ['a']],
    ['a,b', undefined],
    ['[', undefined],
    [[], undefined],
    [{ length: 3 }, undefined],
  ])('%j are %j', (value, tags) => {
    expect(read({ 'tag.tags': value }).tags).toEqual(tags)
  })

  it("are Langfuse's where there are no others", () => {
    expect(read({ 'langfuse.trace.tags': ['a'] }).tags).toEqual(['a'])
  })
})

describe('the environment', () => {
  it('is what the span says, before its resource', () => {
    const resource = { attributes: { 'deployment.environment': 'production' } }
    expect(read({}, { resource }).environment).toBe('production')
    expect(read({ 'langfuse.environment': 'staging' }, { resource }).environment).toBe('staging')
  })

  it('is not asked of a resource that is still being found out, because SDK 2 says an error for each such look', () => {
    const resource = {
      get attributes(): Record<string, unknown> {
        return expect.fail('looked at')
      },
      asyncAttributesPending: true,
    }
    expect(read({ 'user.id': 'ada' }, { resource })).toMatchObject({ userId: 'ada', environment: undefined })
  })

  it('is known as soon as the resource is', () => {
    const attributes: Record<string, string> = {}
    const resource = { attributes, asyncAttributesPending: true }
    expect(read({}, { resource }).environment).toBeUndefined()
    attributes['deployment.environment.name'] = 'production'
    resource.asyncAttributesPending = false
    expect(read({}, { resource }).environment).toBe('production')
  })
})

it('an error is a status of ERROR', () => {
  expect([0, 1, 2].map((code) => read({}, { status: { code } }).error)).toEqual([false, false, true])
})

it('a span of the SDK is read as it is', async () => {
  const exporter = new InMemorySpanExporter()
  const resource = resourceFromAttributes({ 'deployment.environment.name': Promise.resolve('staging') })
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const span = provider
    .getTracer('test')
    .startSpan('chat', { attributes: { 'gen_ai.operation.name': 'chat' } })
  span.setAttributes({ 'gen_ai.usage.input_tokens': 3, 'tag.tags': ['a'] })
  span.setStatus({ code: SpanStatusCode.ERROR }).end()
  await provider.forceFlush()
  const [ended = expect.fail('nothing was exported')] = exporter.getFinishedSpans()
  expect(readSpanUsage(ended)).toMatchObject({
    kind: 'llm',
    inputTokens: 3,
    error: true,
    tags: ['a'],
    environment: 'staging',
  })
})

describe('what cannot be read says nothing', () => {
  const thrower = () => {
    throw new Error('hostile')
  }
  const hostile = new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower })

  it.each([
    ['nothing at all', undefined],
    ['null', null],
    ['a number', 7],
    ['no attributes', {}],
    ['a proxy', hostile],
    ['attributes that are a proxy', { attributes: hostile }],
    [
      'a getter that throws',
      {
        attributes: {
          get 'gen_ai.operation.name'() {
            return thrower()
          },
        },
      },
    ],
    [
      'a status that throws',
      {
        attributes: {},
        get status() {
          return thrower()
        },
      },
    ],
    ['a resource that throws', { attributes: {}, resource: hostile }],
  ])('%s', (_, span) => {
    expect(readSpanUsage(span as unknown as UsageSpan)).toEqual(NOTHING)
  })

  it('a value is never asked to become another', () => {
    const value = { toString: thrower, valueOf: thrower, toJSON: thrower }
    const usage = read({
      'gen_ai.operation.name': value,
      'gen_ai.request.model': value,
      'gen_ai.usage.input_tokens': value,
      'user.id': value,
      'tag.tags': [value],
    })
    expect(usage).toEqual({ ...NOTHING, ignored: 1 })
  })
})
