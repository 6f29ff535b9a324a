import { expect, it } from 'vitest'
import type { ProviderUsage } from '../recordings/cases.ts'
import type { ProviderCall } from '../recordings/recording.ts'
import { listPrice } from './list-price.ts'

const call = (provider: ProviderCall['provider'], model: string, usage?: ProviderUsage): ProviderCall => ({
  provider,
  request: 'POST /',
  model,
  stream: false,
  asked: {},
  status: 200,
  answered: {},
  usage,
})

it.each([
  // 1,021 × 2.5 + 57 × 10
  ['openai', 'gpt-4o-2024-08-06', { input: 1021, output: 57 }, 0.0031225],
  // 20 × 3 + 10,000 × 3.75 + 101 × 15
  ['anthropic', 'claude-sonnet-4-5-20250929', { input: 10_020, cacheWrite: 10_000, output: 101 }, 0.039075],
  // 220 × 3 + 3,000 × 3.75 + 6,000 × 6 + 101 × 15
  [
    'anthropic',
    'claude-sonnet-4-5-20250929',
    { input: 9_220, cacheWrite: 3_000, cacheWriteHour: 6_000, output: 101 },
    0.049425,
  ],
  // 5,000 × 3 + 4,000 × 0.3 + 203 × 15
  ['anthropic', 'claude-sonnet-4-5-20250929', { input: 9_000, cacheRead: 4_000, output: 203 }, 0.019245],
  // A tenth more in a region
  ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', { input: 1021, output: 57 }, 0.0043098],
  // 1,009 × 1.25 + 2,063 × 10
  ['google', 'gemini-2.5-pro', { input: 1009, output: 2063, reasoning: 2003 }, 0.02189125],
] as const)('%s sells %s for a known price', (provider, model, usage, dollars) => {
  expect(listPrice(call(provider, model, usage))).toBeCloseTo(dollars, 10)
})

it('a cost that the provider reported is the truth, and a call without usage has none', () => {
  expect(listPrice({ ...call('openrouter', 'x/y', { input: 1, output: 1 }), cost: 0.0101 })).toBe(0.0101)
  expect(listPrice(call('openai', 'gpt-4o-2024-08-06'))).toBeUndefined()
})

it("an hour in Bedrock's cache has no list price", () => {
  const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
  expect(listPrice(call('bedrock', model, { input: 10, cacheWriteHour: 5, output: 1 }))).toBeUndefined()
})

it('a model without a list price is a mistake of the recording', () => {
  expect(() => listPrice(call('openai', 'no-such-model', { input: 1, output: 1 }))).toThrow(/no-such-model/)
})
