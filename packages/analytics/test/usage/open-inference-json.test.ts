import { describe, expect, it } from 'vitest'
import { readSpanUsage } from '../../src/usage/read-usage.ts'

type Attributes = Readonly<Record<string, unknown>>

const LANGCHAIN = '@arizeai/openinference-instrumentation-langchain'
const BEDROCK = '@arizeai/openinference-instrumentation-bedrock'

const llm = (
  tokens: { prompt: number; completion: number; total?: number },
  more: Attributes,
): Attributes => ({
  'openinference.span.kind': 'LLM',
  'llm.token_count.prompt': tokens.prompt,
  'llm.token_count.completion': tokens.completion,
  'llm.token_count.total': tokens.total ?? tokens.prompt + tokens.completion,
  ...more,
})

const read = (attributes: Attributes, name: string) =>
  readSpanUsage({ attributes, instrumentationScope: { name } })

const WROTE = {
  input_tokens: 220,
  cache_creation_input_tokens: 9_000,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 3_000, ephemeral_1h_input_tokens: 6_000 },
  output_tokens: 101,
}

/** The answer of a model as LangChain serializes it, which OpenInference puts into `output.value`. */
const answer = (kwargs: object, message = 'AIMessage'): string =>
  JSON.stringify({
    generations: [[{ message: { id: ['langchain_core', 'messages', message], kwargs } }]],
  })

const claude = (output: string | undefined): Attributes => ({
  'llm.model_name': 'claude-sonnet-4-5',
  metadata: '{"ls_model_name":"claude-sonnet-4-5","versions":{"@langchain/anthropic":"1.5.11"}}',
  ...(output === undefined ? {} : { 'output.value': output }),
})

describe("what Claude wrote to a cache under OpenInference's LangChain", () => {
  const spans = { prompt: 9_220, completion: 101 }

  it('is in the answer, with its lifetime', () => {
    const usage = read(llm(spans, claude(answer({ response_metadata: { usage: WROTE } }))), LANGCHAIN)
    expect(usage).toMatchObject({
      inputTokens: 9_220,
      cacheWriteTokens: 9_000,
      cacheWriteHourTokens: 6_000,
      undecided: undefined,
    })
  })

  it("is in a streamed answer, which leaves the provider's input out", () => {
    const { input_tokens, output_tokens, ...usage } = WROTE
    const output = answer({ response_metadata: { usage } }, 'AIMessageChunk')
    expect(read(llm(spans, claude(output)), LANGCHAIN)).toMatchObject({
      cacheWriteTokens: 9_000,
      cacheWriteHourTokens: 6_000,
    })
  })

  it("is in LangChain's own usage, where the provider's is missing", () => {
    const usage_metadata = {
      input_tokens: 9_220,
      output_tokens: 101,
      total_tokens: 9_321,
      input_token_details: { cache_read: 0, cache_creation: 9_000 },
    }
    expect(read(llm(spans, claude(answer({ usage_metadata }))), LANGCHAIN)).toMatchObject({
      cacheWriteTokens: 9_000,
      undecided: 'lifetime',
    })
  })

  it.each([
    ['hidden', undefined],
    ['of another call', answer({ usage: { ...WROTE, input_tokens: 7 } })],
    [
      "one of Bedrock, whose total shows that LangChain's input lacks the cache",
      answer({
        usage_metadata: {
          input_tokens: 9_220,
          output_tokens: 101,
          total_tokens: 18_321,
          input_token_details: { cache_creation: 9_000 },
        },
      }),
    ],
    ['no JSON', 'It was shipped.'],
    ['only quoted by the model', answer({ content: JSON.stringify({ usage: WROTE }) })],
  ])('is undecided where the answer is %s', (_, output) => {
    expect(read(llm(spans, claude(output)), LANGCHAIN)).toMatchObject({
      inputTokens: 9_220,
      cacheWriteTokens: undefined,
      undecided: 'cache',
    })
  })

  it("is undecided for Nova as well, whose API counts as Claude's", () => {
    const usage = read(llm(spans, { 'llm.model_name': 'amazon.nova-pro-v1:0' }), LANGCHAIN)
    expect(usage.undecided).toBe('cache')
  })

  it('is nothing where the prompt is too short to be cached', () => {
    const usage = read(llm({ prompt: 1_023, completion: 5 }, claude(undefined)), LANGCHAIN)
    expect(usage.undecided).toBeUndefined()
  })
})

describe("a streamed answer of Claude under OpenInference's LangChain", () => {
  const anthropic = (output: unknown, more: Attributes = {}) =>
    llm(
      { prompt: 220, completion: 58 },
      {
        'llm.model_name': 'claude-sonnet-4-5',
        'output.value': output,
        metadata: '{"ls_provider":"anthropic","ls_model_name":"claude-sonnet-4-5"}',
        ...more,
      },
    )
  const undecided = (attributes: Attributes) => read(attributes, LANGCHAIN).undecided
  const usage = { cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }
  const chunk = answer({ response_metadata: { usage } }, 'AIMessageChunk')

  it('is undecided, because LangChain adds the first count of its output to the last', () => {
    expect(read(anthropic(chunk), LANGCHAIN)).toMatchObject({ outputTokens: 58, undecided: 'stream' })
  })

  it('may be any whose answer is hidden or cut', () => {
    expect(undecided(anthropic(undefined))).toBe('stream')
    expect(undecided(anthropic('__REDACTED__'))).toBe('stream')
  })

  it('is no answer that came as a whole, and none of another provider', () => {
    expect(undecided(anthropic(answer({ usage: { ...usage, input_tokens: 220 } })))).toBeUndefined()
    const aws = { metadata: '{"ls_provider":"amazon_bedrock","versions":{"@langchain/aws":"1"}}' }
    expect(undecided(anthropic(chunk, aws))).toBeUndefined()
  })

  it('has the cost that its span reports', () => {
    const { cost } = read(anthropic(chunk, { 'llm.cost.total': 0.01 }), LANGCHAIN)
    expect(cost?.total).toBe(0.01)
  })
})

it('the model of an answer on Azure is known, if the answer names it', () => {
  const onAzure = (output: unknown) =>
    read(
      llm(
        { prompt: 700, completion: 60 },
        { 'llm.provider': 'azure', 'llm.model_name': 'gpt-4o-2024-08-06', 'output.value': output },
      ),
      '@arizeai/openinference-instrumentation-openai',
    )
  const answered = onAzure('{"object":"chat.completion","model":"gpt-4o-2024-08-06","choices":[]}')
  expect(answered).toMatchObject({ model: 'gpt-4o-2024-08-06', requestModel: undefined })
  // The requested one is that of a deployment, which says nothing of the price.
  const quoted = JSON.stringify({ text: '{"model":"gpt-4o-2024-08-06"}' })
  for (const output of [undefined, '{"choices":[]}', quoted])
    expect(onAzure(output).requestModel).toBe('gpt-4o-2024-08-06')
})

describe("LangChain's packages for Google", () => {
  const google = (name: string, more: Attributes = {}): Attributes => ({
    metadata: JSON.stringify({
      ls_provider: 'google_genai',
      ls_model_name: 'gemini-2.5-pro',
      versions: { [`@langchain/${name}`]: '1' },
    }),
    ...more,
  })

  it('name the model in the metadata', () => {
    const usage = read(llm({ prompt: 10, completion: 5 }, google('google-genai')), LANGCHAIN)
    expect(usage).toMatchObject({ model: 'gemini-2.5-pro', provider: 'google_genai', undecided: undefined })
  })

  it("leave a rest of the total that is the prompt of Google's tools in the newer one", () => {
    const usage = read(llm({ prompt: 433, completion: 43, total: 1_576 }, google('google')), LANGCHAIN)
    expect(usage).toMatchObject({ inputTokens: 1_533, outputTokens: 43, undecided: undefined })
  })

  it('leave a rest of the total that may be thoughts as well in the older one', () => {
    const usage = read(llm({ prompt: 433, completion: 43, total: 1_576 }, google('google-genai')), LANGCHAIN)
    expect(usage).toMatchObject({ inputTokens: 433, undecided: 'total' })
  })

  it('add up the cache of each chunk in the older one, so that the cache of a stream is unknown', () => {
    const cached = (message: string | undefined) =>
      read(
        llm(
          { prompt: 9_000, completion: 5 },
          {
            ...google('google-genai'),
            'llm.token_count.prompt_details.cache_read': 4_000,
            ...(message === undefined ? {} : { 'output.value': answer({}, message) }),
          },
        ),
        LANGCHAIN,
      )
    expect(cached('AIMessage')).toMatchObject({ cachedInputTokens: 4_000, undecided: undefined })
    expect(cached('AIMessageChunk')).toMatchObject({ cachedInputTokens: undefined, undecided: 'cache' })
    expect(cached(undefined)).toMatchObject({ cachedInputTokens: undefined, undecided: 'cache' })
  })
})

describe("OpenInference's Bedrock", () => {
  const converse = (usage: object): Attributes => ({
    'llm.provider': 'aws',
    'llm.system': 'anthropic',
    'llm.model_name': 'anthropic',
    'input.value': '{"modelId":"us.anthropic.claude-sonnet-4-5-20250929-v1:0","messages":[]}',
    'output.value': JSON.stringify({ output: {}, usage }),
  })

  it('has the name of the model in the request, and the cache in the answer of Converse', () => {
    const usage = {
      inputTokens: 220,
      outputTokens: 101,
      totalTokens: 9_321,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 9_000,
      cacheDetails: [
        { ttl: '1h', inputTokens: 6_000 },
        { ttl: '5m', inputTokens: 3_000 },
      ],
    }
    expect(read(llm({ prompt: 220, completion: 101, total: 9_321 }, converse(usage)), BEDROCK)).toMatchObject(
      {
        model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        inputTokens: 9_220,
        cacheWriteTokens: 9_000,
        cacheWriteHourTokens: 6_000,
        undecided: undefined,
      },
    )
  })

  it('has the lifetime in the answer of InvokeModel, where the name of the model is cut to its vendor', () => {
    const attributes = llm(
      { prompt: 220, completion: 101 },
      {
        'llm.provider': 'aws',
        'llm.model_name': 'anthropic',
        'llm.token_count.prompt_details.cache_write': 9_000,
        'output.value': JSON.stringify({ type: 'message', usage: WROTE }),
      },
    )
    expect(read(attributes, BEDROCK)).toMatchObject({
      inputTokens: 9_220,
      cacheWriteTokens: 9_000,
      cacheWriteHourTokens: 6_000,
    })
  })

  it('has no cache in the streamed answer, so that a rest of the total is undecided', () => {
    const usage = { input_tokens: 220, output_tokens: 101, total_tokens: 9_321 }
    expect(read(llm({ prompt: 220, completion: 101, total: 9_321 }, converse(usage)), BEDROCK)).toMatchObject(
      {
        inputTokens: 220,
        undecided: 'cache',
      },
    )
  })
})

it("a span of AI SDK 7 has what was written to a cache under OpenInference's processor", () => {
  const usage = read(
    {
      'openinference.span.kind': 'LLM',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.usage.input_tokens': 10_020,
      'gen_ai.usage.output_tokens': 101,
      'gen_ai.usage.cache_creation.input_tokens': 10_000,
      'llm.token_count.prompt': 10_020,
    },
    'gen_ai',
  )
  expect(usage).toMatchObject({
    kind: 'llm',
    inputTokens: 10_020,
    cacheWriteTokens: 10_000,
    undecided: 'lifetime',
  })
})

it('a span of Bedrock without usage and without the name of the operation is a call', () => {
  const usage = readSpanUsage({
    attributes: { 'gen_ai.provider.name': 'aws.bedrock', 'gen_ai.request.model': 'claude-sonnet-4-5' },
  })
  expect(usage).toMatchObject({ kind: 'llm', inputTokens: undefined })
})

it.each([
  ['{"id":"chatcmpl-A1","object":"chat.completion"}', 'chatcmpl-A1'],
  ['{"id":"resp_1"}', 'resp_1'],
  [answer({ response_metadata: { id: 'msg_1' } }), 'msg_1'],
  [answer({ id: 'run-1', content: 'The "id":"msg_7" is quoted.' }), undefined],
  ['It was shipped.', undefined],
  [undefined, undefined],
])('the ID of an answer is that in its JSON: %s', (output, id) => {
  const usage = read(llm({ prompt: 1, completion: 1 }, { 'output.value': output }), LANGCHAIN)
  expect(usage.responseId).toBe(id)
})
