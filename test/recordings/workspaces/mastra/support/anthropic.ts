/** Anthropic's Messages API; a request says what is to be cached, and for how long. */
import { createAnthropic } from '@ai-sdk/anthropic'
import type { CaseRun } from '../../../program.ts'
import type { Provider, Tools } from './agent.ts'

const clientOf = ({ urls }: CaseRun) => createAnthropic({ apiKey: 'none', baseURL: `${urls.anthropic}/v1` })

const FIVE_MINUTES = { anthropic: { cacheControl: { type: 'ephemeral' } } }
const AN_HOUR = { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } }

export const anthropic: Provider = {
  createModel: (run) => clientOf(run)('claude-sonnet-4-5'),
  // Mastra runs it; its type asks for a property that the AI SDK leaves undefined.
  createSearch: (run) =>
    ({ web_search: clientOf(run).tools.webSearch_20250305({ maxUses: 1 }) }) as unknown as Tools,
  requestOptions: ({ name }) =>
    name === 'reasoning' ? { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } } : undefined,
  systemOptions({ name }) {
    if (name === 'cache') return FIVE_MINUTES
    return name === 'cache-hour' ? AN_HOUR : undefined
  },
  userOptions: ({ name }) => (name === 'cache-hour' ? FIVE_MINUTES : undefined),
  cannot: { embedding: 'Anthropic has no embeddings.' },
}
