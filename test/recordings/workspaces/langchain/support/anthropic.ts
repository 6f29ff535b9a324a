import { ChatAnthropic, type ChatAnthropicInput } from '@langchain/anthropic'
import { HumanMessage, SystemMessage } from '@langchain/core/messages'
import { SYSTEM } from '../../../cases.ts'
import type { Provider } from './provider.ts'

const FIVE_MINUTES = { type: 'ephemeral' } as const
const AN_HOUR = { type: 'ephemeral', ttl: '1h' } as const

/** Anthropic's Messages API; a request says what is to be cached, and for how long. */
export function createAnthropic(settings: Partial<ChatAnthropicInput> = {}): Provider {
  return {
    libraries: ['@langchain/anthropic'],
    createModel: ({ name, urls }) =>
      new ChatAnthropic({
        model: 'claude-sonnet-4-5',
        apiKey: 'local',
        maxRetries: 0,
        maxTokens: 4096,
        anthropicApiUrl: urls.anthropic,
        ...(name === 'reasoning' ? { thinking: { type: 'enabled', budget_tokens: 2048 } } : {}),
        ...settings,
      }),
    search: { type: 'web_search_20250305', name: 'web_search', max_uses: 1 },
    system: ({ name }) =>
      name === 'cache' || name === 'cache-hour'
        ? new SystemMessage({
            content: [
              { type: 'text', text: SYSTEM, cache_control: name === 'cache' ? FIVE_MINUTES : AN_HOUR },
            ],
          })
        : new SystemMessage(SYSTEM),
    human: ({ name }, text) =>
      name === 'cache-hour'
        ? new HumanMessage({ content: [{ type: 'text', text, cache_control: FIVE_MINUTES }] })
        : undefined,
    cannot: { embedding: 'Anthropic has no embeddings.' },
  }
}
