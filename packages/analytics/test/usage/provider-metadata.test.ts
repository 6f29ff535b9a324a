import { describe, expect, it } from 'vitest'
import { PRICES } from '../../src/cost/prices.ts'
import { nanoCostOf, priceOfTable, toDollars } from '../../src/cost/span-cost.ts'
import { readSpanUsage } from '../../src/usage/read-usage.ts'

const CLAUDE = 'claude-sonnet-4-5-20250929'

/** A call of a model by the AI SDK, as version 5 reports it. */
const call = (model: string, usage: Readonly<Record<string, number>>, metadata?: string) => ({
  'ai.operationId': 'ai.generateText.doGenerate',
  'ai.model.id': model,
  ...Object.fromEntries(Object.entries(usage).map(([name, count]) => [`ai.usage.${name}`, count])),
  ...(metadata === undefined ? {} : { 'ai.response.providerMetadata': metadata }),
})

const read = (attributes: Readonly<Record<string, unknown>>) => readSpanUsage({ attributes })

const ANTHROPIC = {
  input_tokens: 20,
  cache_creation_input_tokens: 9_000,
  cache_read_input_tokens: 1_000,
  cache_creation: { ephemeral_5m_input_tokens: 3_000, ephemeral_1h_input_tokens: 6_000 },
  output_tokens: 1,
}

const WHOLE_CLAUDE = {
  inputTokens: 10_020,
  outputTokens: 101,
  totalTokens: 10_121,
  cachedInputTokens: 1_000,
  cacheWriteTokens: 9_000,
  cacheWriteHourTokens: 6_000,
  undecided: undefined,
}

describe("the AI SDK's metadata", () => {
  it('of Anthropic has the cache, which AI SDK 5 leaves out of the input', () => {
    const metadata = JSON.stringify({ anthropic: { usage: ANTHROPIC, cacheCreationInputTokens: 9_000 } })
    const usage = read(call(CLAUDE, { inputTokens: 20, outputTokens: 101, totalTokens: 121 }, metadata))
    expect(usage).toMatchObject(WHOLE_CLAUDE)
  })

  it('of Google has the thoughts and the prompts of its tools', () => {
    const usageMetadata = {
      promptTokenCount: 433,
      toolUsePromptTokenCount: 1_100,
      candidatesTokenCount: 43,
      thoughtsTokenCount: 500,
      cachedContentTokenCount: 100,
      totalTokenCount: 2_076,
    }
    const usage = read(
      call(
        'gemini-2.5-pro',
        { inputTokens: 433, outputTokens: 43, totalTokens: 2_076 },
        JSON.stringify({ google: { usageMetadata } }),
      ),
    )
    expect(usage).toMatchObject({
      inputTokens: 1_533,
      outputTokens: 543,
      totalTokens: 2_076,
      cachedInputTokens: 100,
      reasoningTokens: 500,
      undecided: undefined,
    })
  })

  it('of Google has a total that includes the prompts of its tools, which AI SDK 5 leaves out', () => {
    const usageMetadata = { promptTokenCount: 433, candidatesTokenCount: 43, totalTokenCount: 1_576 }
    const metadata = JSON.stringify({ google: { usageMetadata } })
    const usage = read(call('gemini-2.5-pro', { promptTokens: 433, completionTokens: 43 }, metadata))
    expect(usage).toMatchObject({ inputTokens: 1_533, outputTokens: 43, undecided: undefined })
  })

  it('of OpenRouter has the cost', () => {
    const metadata = JSON.stringify({ openrouter: { usage: { promptTokens: 1_000, cost: 0.0101 } } })
    const usage = read(
      call('anthropic/claude-sonnet-4.5', { inputTokens: 1_000, outputTokens: 300 }, metadata),
    )
    expect(usage).toMatchObject({ inputTokens: 1_000, cost: { total: 0.0101 } })
  })

  it.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ['of which the provider gets a part that is all of it', { cost: 0.01, costDetails: 0.01 }, 0.01],
    ['of which no part is named', { cost: 0.01 }, 0.01],
    ["to which one's own provider adds nothing", { cost: 0.01, costDetails: 0 }, 0.01],
    [
      "to which the bill of one's own provider is added, of which it is 5 %",
      { cost: 0.95, costDetails: 19 },
      19.95,
    ],
    ["to which the bill of one's own provider is added, as it is free", { cost: 0, costDetails: 0.5 }, 0.5],
    [
      'that is unknown: too low for the bill and too high for a fee',
      { cost: 0.01, costDetails: 0.02 },
      undefined,
    ],
    [
      'that is unknown: above a bill that it may include or not',
      { cost: 0.02, costDetails: 0.01 },
      undefined,
    ],
    ['that is unknown: the bill alone', { costDetails: 0.01 }, undefined],
    ['that is unknown: the bill is no number', { cost: 0.01, costDetails: '0.01' }, undefined],
    ['that is unknown: the cost is no number', { cost: '0.01' }, undefined],
  ])('of OpenRouter has a cost %s', (_, { cost, costDetails }, expected) => {
    const details = costDetails === undefined ? {} : { costDetails: { upstreamInferenceCost: costDetails } }
    const metadata = JSON.stringify({ openrouter: { usage: { promptTokens: 1_000, cost, ...details } } })
    const usage = read(call('openai/gpt-4o', { inputTokens: 1_000, outputTokens: 300 }, metadata))
    const priced = nanoCostOf(usage, priceOfTable(PRICES))
    expect(priced && toDollars(priced.input + priced.output + priced.other)).toBe(expected)
    expect(usage.undecided).toBe(expected === undefined ? 'total' : undefined)
  })

  it('of Bedrock has what was written to a cache', () => {
    const metadata = JSON.stringify({ bedrock: { usage: { cacheWriteInputTokens: 9_000 } } })
    const usage = read(
      call(
        `us.anthropic.${CLAUDE}-v1:0`,
        { inputTokens: 20, outputTokens: 101, totalTokens: 9_121 },
        metadata,
      ),
    )
    expect(usage).toMatchObject({ inputTokens: 9_020, cacheWriteTokens: 9_000, undecided: 'lifetime' })
  })

  it('of Bedrock without what was read from a cache leaves the cost undecided', () => {
    const metadata = JSON.stringify({ bedrock: { usage: { cacheWriteInputTokens: 400 } } })
    const read400 = (usage: Readonly<Record<string, number>>) =>
      read(
        call(`us.anthropic.${CLAUDE}-v1:0`, { promptTokens: 57, completionTokens: 53, ...usage }, metadata),
      )
    expect(read400({}).undecided).toBe('cache')
    expect(read400({ totalTokens: 10_510 }).undecided).toBe('cache')
    expect(read400({ cachedInputTokens: 10_000 })).toMatchObject({
      inputTokens: 10_457,
      undecided: 'lifetime',
    })
  })

  it('is left alone on the call of the application, whose usage is that of all steps', () => {
    const metadata = JSON.stringify({ openrouter: { usage: { cost: 0.01 } } })
    const usage = read({
      ...call('gpt-4o', { inputTokens: 1_000, outputTokens: 300 }, metadata),
      'ai.operationId': 'ai.generateText',
    })
    expect(usage.cost).toBeUndefined()
  })

  it('is read where OpenInference adds its names', () => {
    const usage = read({
      ...call(
        CLAUDE,
        { inputTokens: 20, outputTokens: 101 },
        JSON.stringify({ anthropic: { usage: ANTHROPIC } }),
      ),
      'openinference.span.kind': 'LLM',
      'llm.token_count.prompt': 20,
    })
    expect(usage).toMatchObject({ kind: 'llm', ...WHOLE_CLAUDE })
  })

  it.each([
    '{',
    '{"anthropic"',
    '[]',
    'null',
    '{"anthropic":7}',
    '{"anthropic":{"usage":null}}',
    '{"anthropic":{"usage":{}}}',
  ])('that says nothing about Anthropic leaves the cost undecided: %s', (metadata) => {
    const usage = read(call(CLAUDE, { inputTokens: 20, outputTokens: 101 }, metadata))
    expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 101, undecided: 'cache', ignored: 0 })
  })

  it('with wrong numbers is ignored, and counted', () => {
    const metadata = JSON.stringify({ anthropic: { usage: { input_tokens: '20' } } })
    expect(read(call(CLAUDE, { inputTokens: 20, outputTokens: 1 }, metadata)).ignored).toBe(1)
  })

  it('is read on a span of AI SDK 7, which writes it if it is asked to', () => {
    const usage = readSpanUsage({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': CLAUDE,
        'gen_ai.usage.input_tokens': 10_020,
        'gen_ai.usage.output_tokens': 101,
        'ai.response.providerMetadata': JSON.stringify({ anthropic: { usage: ANTHROPIC } }),
      },
    })
    expect(usage).toMatchObject(WHOLE_CLAUDE)
  })

  it('is not needed for a model whose provider includes the cache', () => {
    const usage = read(call('gpt-4o', { inputTokens: 5_000, outputTokens: 101, cachedInputTokens: 4_000 }))
    expect(usage).toMatchObject({ inputTokens: 5_000, undecided: undefined })
  })
})

it.each([
  [433, { inputTokens: 433, outputTokens: 60, reasoningTokens: 17, undecided: undefined }],
  [434, { inputTokens: 433, outputTokens: 43, reasoningTokens: undefined, undecided: 'total' }],
])(
  "the usage in the answer of Google's ADK counts if its prompt is the span's input: %d",
  (prompt, expected) => {
    const usageMetadata = { promptTokenCount: prompt, candidatesTokenCount: 43, thoughtsTokenCount: 17 }
    const usage = readSpanUsage({
      attributes: {
        'gen_ai.system': 'gcp.vertex.agent',
        'gen_ai.request.model': 'gemini-2.5-pro',
        'gen_ai.usage.input_tokens': 433,
        'gen_ai.usage.output_tokens': 43,
        'gcp.vertex.agent.llm_response': JSON.stringify({ content: 'Hello', usageMetadata }),
      },
      instrumentationScope: { name: 'gcp.vertex.agent' },
    })
    expect(usage).toMatchObject(expected)
  },
)

describe('metadata that is long', () => {
  const usage = (metadata: string) => read(call(CLAUDE, { inputTokens: 20, outputTokens: 101 }, metadata))

  it.each([
    [
      'with text before and after',
      {
        before: 'x'.repeat(50_000),
        anthropic: { signature: 'y'.repeat(20_000), usage: ANTHROPIC },
        after: 'z'.repeat(20_000),
      },
    ],
    [
      'with lists before and inside',
      {
        openai: {
          logprobs: Array.from({ length: 3_000 }, (_, at) => ({ token: `"${at}\\`, usage: { at } })),
        },
        anthropic: { stops: [[{ usage: 1 }]], usage: ANTHROPIC },
      },
    ],
    [
      'with text that looks like the usage',
      {
        text: '","anthropic":{"usage":{"input_tokens":1}},"',
        anthropic: { quote: '"usage":{"input_tokens":1}', filler: '\\"'.repeat(9_000), usage: ANTHROPIC },
      },
    ],
    [
      'with another object of the same name',
      {
        nested: { anthropic: { usage: { input_tokens: 1 } } },
        filler: 'x'.repeat(9_000),
        anthropic: { usage: ANTHROPIC },
      },
    ],
  ])('%s still gives the usage', (_, metadata) => {
    expect(usage(JSON.stringify(metadata))).toMatchObject(WHOLE_CLAUDE)
  })

  it('and cut gives the usage, if that is whole', () => {
    const metadata = JSON.stringify({ anthropic: { usage: ANTHROPIC, signature: 'x'.repeat(100) } })
    expect(usage(metadata.slice(0, -50))).toMatchObject(WHOLE_CLAUDE)
    expect(usage(metadata.slice(0, metadata.indexOf('output_tokens')))).toMatchObject({ undecided: 'cache' })
  })

  it("does not take another provider's usage for Anthropic's", () => {
    const metadata = JSON.stringify({ anthropic: { filler: 'x'.repeat(9_000) }, other: { usage: ANTHROPIC } })
    expect(usage(metadata)).toMatchObject({ inputTokens: 20, undecided: 'cache' })
  })

  it.each([
    ['quotation marks', '"'],
    ['backslashes', '\\'],
    ['brackets', '['],
    ['escaped quotation marks', '\\"'],
    ['the beginning of the usage', '{"anthropic":{"usage":{'],
    ['the beginning of the provider', '"anthropic":'],
  ])('and made of %s only is read once: a quadratic reader would take minutes', (_, piece) => {
    const metadata = `{"anthropic":{"x":"${piece.repeat(1_000_000 / piece.length)}`
    expect(usage(metadata)).toMatchObject({ undecided: 'cache' })
    expect(usage(`${metadata}"},"anthropic":{"usage":{}}}`)).toMatchObject({ undecided: 'cache' })
  })
})
