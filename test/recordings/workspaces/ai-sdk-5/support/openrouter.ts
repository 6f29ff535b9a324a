import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import type { AiProvider } from '../../../ai-sdk.ts'

export const OPENROUTER: AiProvider = {
  model: ({ urls }) =>
    createOpenRouter({ apiKey: 'none', baseURL: `${urls.openrouter}/api/v1` })(
      'anthropic/claude-sonnet-4.5',
      {
        usage: { include: true },
      },
    ),
  thinking: { openrouter: { reasoning: { max_tokens: 2048 } } },
  cached: (ttl) => ({ openrouter: { cacheControl: { type: 'ephemeral', ttl } } }),
  cannot: {
    'tool-use-prompt': 'The results of its web plugin are part of the prompt, and reported as such.',
    embedding: 'Its embeddings have the form of those of OpenAI, which the family of OpenAI records.',
  },
}
