import { SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { readSpanUsage } from '../../src/usage/read-usage.ts'
import type { UsageSpan } from '../../src/usage/span-usage.ts'

const read = (attributes: Record<string, unknown>, rest: Partial<UsageSpan> = {}) =>
  readSpanUsage({ attributes, ...rest })

const NOTHING = read({})

describe('a span without GenAI attributes', () => {
  it('has the kind other, and no values', () => {
    expect(read({ 'http.request.method': 'GET', 'url.full': 'http://tool/' })).toEqual(NOTHING)
    expect(NOTHING).toMatchObject({ kind: 'other', error: false, ignored: 0 })
  })

  it('has its user, tags and environment', () => {
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
  '%s is not an LLM call: that is a child',
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

  it("are Langfuse's if there are no others", () => {
    expect(read({ 'langfuse.trace.tags': ['a'] }).tags).toEqual(['a'])
  })
})

describe('the environment', () => {
  it('is that of the span, or else of its resource', () => {
    const resource = { attributes: { 'deployment.environment': 'production' } }
    expect(read({}, { resource }).environment).toBe('production')
    expect(read({ 'langfuse.environment': 'staging' }, { resource }).environment).toBe('staging')
  })

  it('is not read from a resource that is not resolved, because SDK 2 logs an error for each such read', () => {
    const resource = {
      get attributes(): Record<string, unknown> {
        return expect.fail('looked at')
      },
      asyncAttributesPending: true,
    }
    expect(read({ 'user.id': 'ada' }, { resource })).toMatchObject({ userId: 'ada', environment: undefined })
  })

  it('is read as soon as the resource is resolved', () => {
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

describe('a span that cannot be read has no values', () => {
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

  it('a value is never converted', () => {
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
