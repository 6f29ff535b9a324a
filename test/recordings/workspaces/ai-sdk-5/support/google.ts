import { createGoogleGenerativeAI, google } from '@ai-sdk/google'
import type { AiProvider } from '../../../ai-sdk.ts'
import type { CaseRun } from '../../../program.ts'

const client = ({ urls }: CaseRun) =>
  createGoogleGenerativeAI({ apiKey: 'none', baseURL: `${urls.google}/v1beta` })

export const GOOGLE: AiProvider = {
  model: (run) => client(run)('gemini-2.5-pro'),
  embedding: (run) => client(run).textEmbeddingModel('gemini-embedding-001'),
  search: { google_search: google.tools.googleSearch({}) },
  thinking: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 4096 } } },
  cannot: {
    'cache-hour':
      'Google caches by itself; it neither reports cache writes nor charges for them by the write.',
  },
}
