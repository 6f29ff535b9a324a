import { ChatOpenAI } from '@langchain/openai'
import { NO_CALLBACKS, type Provider } from './provider.ts'

/** Chat Completions; the provider's own search is a tool of the Responses API, which LangChain then uses. */
export const openai: Provider = {
  libraries: ['@langchain/openai', 'openai'],
  createModel: ({ name, urls }) =>
    new ChatOpenAI({
      model: name === 'reasoning' ? 'o4-mini' : 'gpt-4o',
      apiKey: 'local',
      maxRetries: 0,
      configuration: { baseURL: `${urls.openai}/v1` },
    }),
  search: { type: 'web_search' },
  cannot: {
    'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
    embedding: NO_CALLBACKS,
  },
}
