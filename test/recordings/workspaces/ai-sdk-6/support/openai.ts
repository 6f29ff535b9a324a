import { createOpenAI } from '@ai-sdk/openai'
import type { AiProvider } from '../../../ai-sdk.ts'
import type { CaseRun } from '../../../program.ts'

const openai = ({ urls }: CaseRun) => createOpenAI({ apiKey: 'none', baseURL: `${urls.openai}/v1` })

/** OpenAI by responses, which is the provider's default. */
export const OPENAI: AiProvider = {
  model: (run) => openai(run)(run.name === 'reasoning' ? 'o4-mini' : 'gpt-4o'),
  embedding: (run) => openai(run).textEmbeddingModel('text-embedding-3-small'),
  search: { web_search: createOpenAI({ apiKey: 'none' }).tools.webSearch({}) },
  thinking: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto' } },
  cannot: { 'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.' },
}
