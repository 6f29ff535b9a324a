/** OpenAI's responses, the default of the AI SDK's provider. */
import { createOpenAI } from '@ai-sdk/openai'
import type { CaseRun } from '../../../program.ts'
import { NO_EMBEDDINGS, type Provider, type Tools } from './agent.ts'

const clientOf = ({ urls }: CaseRun) => createOpenAI({ apiKey: 'none', baseURL: `${urls.openai}/v1` })

export const openai: Provider = {
  createModel: (run) => clientOf(run)(run.name === 'reasoning' ? 'o4-mini' : 'gpt-4o'),
  // Mastra runs it; its type asks for a property that the AI SDK leaves undefined.
  createSearch: (run) => ({ web_search: clientOf(run).tools.webSearch() }) as unknown as Tools,
  requestOptions: ({ name }) =>
    name === 'reasoning' ? { openai: { reasoningEffort: 'low', reasoningSummary: 'auto' } } : undefined,
  cannot: {
    'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
    embedding: NO_EMBEDDINGS,
  },
}
