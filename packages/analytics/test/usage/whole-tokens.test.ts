import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { readSpanUsage } from '../../src/usage/read-usage.ts'
import type { SpanUsage } from '../../src/usage/span-usage.ts'

type Attributes = Readonly<Record<string, unknown>>

const CLAUDE = 'claude-sonnet-4-5-20250929'
const GEMINI = 'gemini-2.5-pro'
const GPT = 'gpt-4o-2024-08-06'

const read = (attributes: Attributes, name = 'some-instrumentation', version?: string): SpanUsage =>
  readSpanUsage({ attributes, instrumentationScope: { name, version } })

/** A span by OpenTelemetry's conventions. `read` and `written` are tokens of a cache. */
const genAi = (
  model: string,
  tokens: {
    input: number
    output?: number
    total?: number
    read?: number
    written?: number
    reasoning?: number
  },
): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': tokens.input,
  'gen_ai.usage.output_tokens': tokens.output,
  'gen_ai.usage.total_tokens': tokens.total,
  'gen_ai.usage.cache_read.input_tokens': tokens.read,
  'gen_ai.usage.cache_creation.input_tokens': tokens.written,
  'gen_ai.usage.reasoning.output_tokens': tokens.reasoning,
})

describe('the input includes what was written to a cache', () => {
  it('if more was written than went in, because then it was counted apart', () => {
    const usage = read(genAi(CLAUDE, { input: 20, output: 100, written: 10_000 }))
    expect(usage).toMatchObject({
      inputTokens: 10_020,
      outputTokens: 100,
      totalTokens: 10_120,
      cacheWriteTokens: 10_000,
      undecided: undefined,
    })
  })

  it('if the reported total does', () => {
    const usage = read(genAi(CLAUDE, { input: 500, output: 100, read: 200, written: 100, total: 900 }))
    expect(usage).toMatchObject({ inputTokens: 800, totalTokens: 900, undecided: undefined })
  })

  it.each([
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
  ])('under the name %s', (name) => {
    const usage = read({ ...genAi(CLAUDE, { input: 20, output: 100 }), [name]: 10_000 })
    expect(usage).toMatchObject({ inputTokens: 10_020, cacheWriteTokens: 10_000 })
  })

  it('under the name of OpenInference', () => {
    const usage = read({
      'openinference.span.kind': 'LLM',
      'llm.model_name': CLAUDE,
      'llm.token_count.prompt': 20,
      'llm.token_count.completion': 100,
      'llm.token_count.prompt_details.cache_write': 10_000,
    })
    expect(usage).toMatchObject({ inputTokens: 10_020, cacheWriteTokens: 10_000 })
  })

  it('under the name of AI SDK 6, which includes it', () => {
    const usage = read({
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.id': CLAUDE,
      'ai.usage.inputTokens': 10_020,
      'ai.usage.outputTokens': 100,
      'ai.usage.inputTokenDetails.cacheReadTokens': 4_000,
      'ai.usage.inputTokenDetails.cacheWriteTokens': 6_000,
    })
    expect(usage).toMatchObject({
      inputTokens: 10_020,
      cachedInputTokens: 4_000,
      cacheWriteTokens: 6_000,
      undecided: 'lifetime',
    })
  })

  it('under the names of Langfuse, by lifetime', () => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': JSON.stringify({
        input: 20,
        input_cache_read: 40,
        input_cache_creation_5m: 100,
        input_cache_creation_1h: 200,
        output: 7,
      }),
    })
    expect(usage).toMatchObject({
      inputTokens: 360,
      cachedInputTokens: 40,
      cacheWriteTokens: 300,
      cacheWriteHourTokens: 200,
      undecided: undefined,
    })
  })

  it("where Langfuse was given the usage of Anthropic's API", () => {
    const usage = read({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.usage_details': JSON.stringify({
        input_tokens: 20,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 300,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        output_tokens: 7,
      }),
    })
    expect(usage).toMatchObject({
      inputTokens: 360,
      cachedInputTokens: 40,
      cacheWriteTokens: 300,
      cacheWriteHourTokens: 200,
      ignored: 0,
    })
  })

  it("under the names of LangSmith, with the lifetimes of LangChain's usage", () => {
    const usage = read(
      {
        ...genAi(CLAUDE, { input: 10_000, output: 100, total: 10_100 }),
        'langsmith.usage_metadata': JSON.stringify({
          input_tokens: 10_000,
          input_token_details: {
            cache_read: 1_000,
            cache_creation: 0,
            ephemeral_5m_input_tokens: 3_000,
            ephemeral_1h_input_tokens: 4_000,
          },
        }),
      },
      'langsmith',
    )
    expect(usage).toMatchObject({
      inputTokens: 10_000,
      cachedInputTokens: 1_000,
      cacheWriteTokens: 7_000,
      cacheWriteHourTokens: 4_000,
    })
  })

  it("on the Anthropic SDK's own span, which includes it and has the part that is kept for an hour", () => {
    const usage = read(
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.usage.input_tokens': 9_220,
        'gen_ai.usage.output_tokens': 101,
        'gen_ai.usage.cache_write.input_tokens': 9_000,
        'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 3_000,
        'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 6_000,
      },
      'com.anthropic.sdk.typescript',
    )
    expect(usage).toMatchObject({
      inputTokens: 9_220,
      cacheWriteTokens: 9_000,
      cacheWriteHourTokens: 6_000,
      undecided: undefined,
    })
  })
})

it("Mastra's spans have the part that is kept for an hour", () => {
  const usage = read(
    {
      ...genAi(CLAUDE, { input: 9_220, output: 101, written: 9_000 }),
      'gen_ai.provider.name': 'anthropic.messages',
      'gen_ai.usage.cache_creation.1h_input_tokens': 6_000,
    },
    '@mastra/otel-exporter',
  )
  expect(usage).toMatchObject({ inputTokens: 9_220, cacheWriteHourTokens: 6_000, undecided: undefined })
})

describe('the scope tells how the input is counted', () => {
  const spans = genAi(CLAUDE, { input: 5_000, output: 200, read: 4_000, total: 5_200 })

  it("as Traceloop's for Anthropic does, whose own total proves nothing", () => {
    const usage = read(spans, '@traceloop/instrumentation-anthropic', '0.27.0')
    expect(usage).toMatchObject({ inputTokens: 9_000, totalTokens: 9_200, undecided: undefined })
  })

  it('also in SDK 1, which calls the scope a library', () => {
    const usage = readSpanUsage({
      attributes: spans,
      instrumentationLibrary: { name: '@traceloop/instrumentation-anthropic', version: '0.27.0' },
    })
    expect(usage.inputTokens).toBe(9_000)
  })

  it('and without a known one, the numbers stay as they are and are undecided', () => {
    expect(read(spans)).toMatchObject({ inputTokens: 5_000, totalTokens: 5_200, undecided: 'cache' })
  })

  it.each([
    ['0.1.22', 'cache'],
    ['0.1.7', 'cache'],
    ['0.10.0', undefined],
    ['0.2.0', undefined],
    ['0.2.8', undefined],
    ['1.0.0', undefined],
    [undefined, undefined],
  ] as const)("in the version: OpenInference's %s for Anthropic is undecided by %s", (version, undecided) => {
    const usage = read(
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': CLAUDE,
        'llm.finish_reason': 'end_turn',
        'llm.token_count.prompt': 5_000,
        'llm.token_count.completion': 200,
      },
      '@arizeai/openinference-instrumentation-anthropic',
      version,
    )
    expect(usage).toMatchObject({ inputTokens: 5_000, undecided })
  })

  it('and the model: Strands passes on what Anthropic counts, and adds up what Bedrock does', () => {
    const tokens = { input: 5_000, output: 200, read: 4_000, total: 5_200 }
    const input = (model: string) => read(genAi(model, tokens), 'strands-agents').inputTokens
    expect([input(CLAUDE), input(`us.anthropic.${CLAUDE}-v1:0`)]).toEqual([9_000, 5_000])
  })

  it('and whether it says what came from a cache at all', () => {
    const scope = '@opentelemetry/instrumentation-openai'
    const undecided = (input: number) => read(genAi(GPT, { input, output: 5 }), scope).undecided
    // OpenAI caches prompts from 1,024 tokens.
    expect([undecided(1_023), undecided(1_024)]).toEqual([undefined, 'cache'])
  })

  it('and a total of an embedding that is more than its input is unknown', () => {
    const usage = readSpanUsage({
      attributes: {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'text-embedding-3-small',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.total_tokens': 500,
      },
    })
    expect(usage).toMatchObject({ kind: 'embedding', undecided: 'total' })
  })

  it("and an embedding doesn't come from a cache", () => {
    const usage = read(
      {
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.request.model': 'text-embedding-3-small',
        'gen_ai.usage.input_tokens': 5_000,
      },
      '@opentelemetry/instrumentation-openai',
    )
    expect(usage).toMatchObject({ kind: 'embedding', inputTokens: 5_000, undecided: undefined })
  })

  it("and the Anthropic SDK's packages for other platforms have a suffix", () => {
    const usage = read(
      genAi(CLAUDE, { input: 5_000, output: 200, read: 4_000 }),
      'com.anthropic.sdk.typescript.vertex',
    )
    expect(usage).toMatchObject({ inputTokens: 5_000, undecided: undefined })
  })

  it("and a provider's own total shows that nothing came from a cache", () => {
    const undecided = (total: number) =>
      read(
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
          'llm.token_count.prompt': 20,
          'llm.token_count.completion': 100,
          'llm.token_count.total': total,
        },
        '@arizeai/openinference-instrumentation-bedrock',
      ).undecided
    expect([undecided(120), undecided(10_120)]).toEqual([undefined, 'cache'])
  })
})

describe('the API tells how the input is counted, where no known scope does', () => {
  it.each([
    ['openai', 'our-deployment', undefined],
    ['openrouter', 'google/gemini-2.5-pro', undefined],
    // What it wrote is more expensive, and OpenAI's protocol does not say it.
    ['openrouter', 'anthropic/claude-sonnet-4.5', 'cache'],
    ['gcp.vertex_ai', 'our-deployment', undefined],
    [undefined, GPT, undefined],
    ['anthropic', 'our-deployment', 'cache'],
    ['gcp.vertex_ai', CLAUDE, 'cache'],
    ['aws.bedrock', 'amazon.nova-pro-v1:0', 'cache'],
    ['our-gateway', 'our-model', 'cache'],
  ])('%s with %s is undecided by %s', (provider, model, undecided) => {
    const usage = read({
      ...genAi(model, { input: 5_000, output: 200, read: 4_000 }),
      'gen_ai.provider.name': provider,
    })
    expect(usage).toMatchObject({ inputTokens: 5_000, undecided })
  })

  it("and a total that Anthropic's API does not have proves nothing", () => {
    const tokens = genAi('our-model', { input: 5_000, output: 200, read: 4_000, total: 5_200 })
    expect(read({ ...tokens, 'gen_ai.provider.name': 'anthropic' }).undecided).toBe('cache')
  })

  it('and the total of an unknown one shows that the cache and reasoning were counted apart', () => {
    const tokens = { input: 5_000, output: 200, read: 4_000, reasoning: 100 }
    const whole = (total: number) => read(genAi('our-model', { ...tokens, total }))
    expect(whole(9_300)).toMatchObject({ inputTokens: 9_000, outputTokens: 300, undecided: undefined })
    expect(whole(5_300)).toMatchObject({ inputTokens: 5_000, outputTokens: 300, undecided: undefined })
  })

  it('and the total of an unknown one shows that the input includes the cache', () => {
    const usage = read(genAi('our-model', { input: 5_000, output: 200, read: 4_000, total: 5_200 }))
    expect(usage).toMatchObject({ inputTokens: 5_000, undecided: undefined })
  })

  it.each([
    [GPT, 'cache'],
    [GEMINI, 'cache'],
    [CLAUDE, undefined],
  ])(
    'and %s with more cache than input is undecided by %s: what includes it cannot be less',
    (model, undecided) => {
      const usage = read(genAi(model, { input: 5_000, output: 200, read: 6_000 }))
      expect(usage).toMatchObject({ inputTokens: undecided ? 5_000 : 11_000, undecided })
    },
  )

  it('and without a cache there is nothing to decide', () => {
    const usage = read(genAi(CLAUDE, { input: 5_000, output: 200, read: 0, written: 0 }))
    expect(usage).toMatchObject({ inputTokens: 5_000, cachedInputTokens: 0, undecided: undefined })
  })
})

describe('the output includes reasoning', () => {
  it('if the reported total does: the thoughts of Gemini', () => {
    const usage = read(genAi(GEMINI, { input: 1_000, output: 50, reasoning: 2_000, total: 3_050 }))
    expect(usage).toMatchObject({ outputTokens: 2_050, totalTokens: 3_050, undecided: undefined })
  })

  it('if there is more reasoning than output', () => {
    const usage = read(genAi('our-model', { input: 1_000, output: 50, reasoning: 2_000 }))
    expect(usage).toMatchObject({ outputTokens: 2_050, totalTokens: 3_050, undecided: undefined })
  })

  it('where the provider includes it, and is not added twice', () => {
    const usage = read(genAi(GPT, { input: 1_000, output: 2_050, reasoning: 2_000, total: 3_050 }))
    expect(usage).toMatchObject({ outputTokens: 2_050, totalTokens: 3_050, undecided: undefined })
  })

  it('if the reported total does, also where there is less reasoning than output', () => {
    const usage = read(genAi('our-model', { input: 1_000, output: 50, reasoning: 20, total: 1_070 }))
    expect(usage).toMatchObject({ outputTokens: 70, undecided: undefined })
  })

  it('if the scope counts it apart', () => {
    const scope = '@traceloop/instrumentation-google-generativeai'
    const usage = read(genAi(GEMINI, { input: 1_000, output: 50, reasoning: 20 }), scope)
    expect(usage).toMatchObject({ outputTokens: 70, undecided: undefined })
  })

  it('and is undecided where the scope never reports it', () => {
    const usage = read(genAi(GEMINI, { input: 500, output: 50 }), 'gcp.vertex.agent')
    expect(usage).toMatchObject({ outputTokens: 50, undecided: 'total' })
  })

  it('and is undecided for Gemini without a total', () => {
    const usage = read(genAi(GEMINI, { input: 1_000, output: 2_050, reasoning: 2_000 }))
    expect(usage).toMatchObject({ outputTokens: 2_050, undecided: 'total' })
  })
})

describe('a total', () => {
  it("of Google's is in the JSON of LangSmith, whose attribute is a sum of its own", () => {
    const usage = read(
      {
        ...genAi(GEMINI, { input: 433, output: 43, total: 476 }),
        'langsmith.metadata.ls_provider': 'google',
        'langsmith.usage_metadata': JSON.stringify({
          total_tokens: 1_593,
          output_token_details: { reasoning: 17 },
        }),
      },
      'langsmith',
    )
    expect(usage).toMatchObject({ inputTokens: 1_533, outputTokens: 60, undecided: undefined })
  })

  it("of Google's under Traceloop has a rest that is the prompt of Google's tools", () => {
    const scope = '@traceloop/instrumentation-google-generativeai'
    const usage = read(genAi(GEMINI, { input: 433, output: 43, reasoning: 10, total: 1_586 }), scope)
    expect(usage).toMatchObject({ inputTokens: 1_533, outputTokens: 53, undecided: undefined })
  })

  it('of Bedrock under Strands shows what was cached where nothing else does', () => {
    const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
    const usage = read(genAi(model, { input: 20, output: 101, total: 10_121 }), 'strands-agents')
    expect(usage).toMatchObject({ inputTokens: 20, undecided: 'total' })
  })

  it('that is more than its parts is undecided, because the rest has no place', () => {
    const usage = read(genAi(GEMINI, { input: 433, output: 43, total: 1_576 }))
    expect(usage).toMatchObject({
      inputTokens: 433,
      outputTokens: 43,
      totalTokens: 1_576,
      undecided: 'total',
    })
  })

  it('that is less than its parts was made without some of them, and hides no cost', () => {
    const usage = read(genAi(GPT, { input: 1_000, output: 50, total: 1_000 }))
    expect(usage).toMatchObject({ totalTokens: 1_050, undecided: undefined })
  })

  it("of the Anthropic SDK lacks its compactions, whose share of the cache it doesn't report", () => {
    const usage = read(
      {
        ...genAi(CLAUDE, { input: 100, output: 10 }),
        'gen_ai.provider.name': 'anthropic',
        'anthropic.usage.compaction.input_tokens': 50_000,
        'anthropic.usage.compaction.output_tokens': 900,
      },
      'com.anthropic.sdk.typescript.bedrock',
    )
    expect(usage).toMatchObject({ totalTokens: 51_010, undecided: 'total' })
  })
})

it('the output of a stream that was stopped is unknown where only its first words were counted', () => {
  const usage = read(
    {
      'openinference.span.kind': 'LLM',
      'llm.model_name': CLAUDE,
      'llm.token_count.prompt': 1_021,
      'llm.token_count.completion': 1,
      'llm.token_count.total': 1_022,
    },
    '@arizeai/openinference-instrumentation-anthropic',
    '0.2.8',
  )
  expect(usage).toMatchObject({ inputTokens: 1_021, outputTokens: undefined, totalTokens: undefined })
})

it('a usage is never less than what its parts say, whatever a span reports', () => {
  const count = fc.option(fc.nat(20_000), { nil: undefined })
  fc.assert(
    fc.property(
      fc.record({
        input: fc.nat(20_000),
        output: count,
        total: count,
        read: count,
        written: count,
        reasoning: count,
      }),
      fc.constantFrom(CLAUDE, GEMINI, GPT, 'our-model'),
      fc.constantFrom(
        'x',
        '@traceloop/instrumentation-anthropic',
        'com.anthropic.sdk.typescript',
        'strands-agents',
      ),
      ({ output, total, read: cached, written, reasoning, ...rest }, model, scope) => {
        const usage = read(
          genAi(model, {
            ...rest,
            ...(output === undefined ? {} : { output }),
            ...(total === undefined ? {} : { total }),
            ...(cached === undefined ? {} : { read: cached }),
            ...(written === undefined ? {} : { written }),
            ...(reasoning === undefined ? {} : { reasoning }),
          }),
          scope,
        )
        const { inputTokens = 0, outputTokens, totalTokens = 0 } = usage
        expect(inputTokens).toBeGreaterThanOrEqual(rest.input)
        if (usage.undecided !== undefined) return
        expect(inputTokens).toBeGreaterThanOrEqual((cached ?? 0) + (written ?? 0))
        if (outputTokens === undefined) return
        expect(outputTokens).toBeGreaterThanOrEqual(Math.max(output ?? 0, reasoning ?? 0))
        expect(totalTokens).toBeGreaterThanOrEqual(inputTokens + outputTokens)
      },
    ),
    { numRuns: runs(300) },
  )
})

describe('for how long something was written to a cache', () => {
  const write = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 20,
    'gen_ai.usage.output_tokens': 100,
    'gen_ai.usage.cache_creation.input_tokens': 10_000,
  }
  const undecided = (model: string, scope?: string, more = {}) =>
    readSpanUsage({
      attributes: { ...write, 'gen_ai.request.model': model, ...more },
      instrumentationScope: scope === undefined ? undefined : { name: scope },
    }).undecided

  it('is undecided under an instrumentation that never reports it, for models that have two times', () => {
    expect(undecided('claude-sonnet-4-5', '@traceloop/instrumentation-anthropic')).toBe('lifetime')
    expect(undecided('nova-pro', '@traceloop/instrumentation-anthropic')).toBeUndefined()
  })

  it('is the usual time under one that is not known, and where nothing was written', () => {
    expect(undecided('claude-sonnet-4-5')).toBeUndefined()
    expect(
      undecided('claude-sonnet-4-5', '@traceloop/instrumentation-anthropic', {
        'gen_ai.usage.cache_creation.input_tokens': 0,
      }),
    ).toBeUndefined()
  })

  it('is decided where the span says it', () => {
    const said = {
      'gen_ai.usage.input_tokens': 10_020,
      'gen_ai.usage.cache_creation.input_tokens': undefined,
      'gen_ai.usage.cache_write.input_tokens': 10_000,
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 0,
    }
    expect(
      undecided('claude-sonnet-4-5', 'com.anthropic.sdk.typescript', {
        ...said,
        'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': undefined,
      }),
    ).toBe('lifetime')
    expect(undecided('claude-sonnet-4-5', 'com.anthropic.sdk.typescript', said)).toBeUndefined()
  })
})
