import { anthropic, createAnthropic } from '@ai-sdk/anthropic'
import type { AiProvider } from '../../../ai-sdk.ts'

export const ANTHROPIC: AiProvider = {
  model: ({ urls }) =>
    createAnthropic({ apiKey: 'none', baseURL: `${urls.anthropic}/v1` })('claude-sonnet-4-5'),
  search: { web_search: anthropic.tools.webSearch_20250305({}) },
  thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } },
  cached: (ttl) => ({ anthropic: { cacheControl: { type: 'ephemeral', ttl } } }),
  cannot: { embedding: 'Anthropic has no embeddings.' },
}
