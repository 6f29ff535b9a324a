import { ChatGoogle } from '@langchain/google'
import { ChatGoogleGenerativeAI } from '@langchain/google-genai'
import type { CaseRun, Family } from '../../../program.ts'
import { NO_CALLBACKS, type Provider } from './provider.ts'

const MODEL = 'gemini-2.5-pro'

const cannot: Family['cannot'] = {
  'cache-hour': 'Google caches by itself; it neither reports cache writes nor charges for them by the write',
  embedding: NO_CALLBACKS,
}

/**
 * After an abort, the SDK's promise of the whole answer rejects, and nobody handles it: without this, the process ends.
 * (`@google/generative-ai` 0.24.1)
 */
function ignoreRejectionAfterAbort({ name }: CaseRun): void {
  if (name !== 'aborted') return
  process.on('unhandledRejection', (error) => {
    if (!(error instanceof Error && error.message.includes('Error reading from the stream'))) throw error
  })
}

/**
 * `@langchain/google-genai`, the older of LangChain's two packages for the Gemini API.
 *
 * @param streaming whether the model streams where the application does not
 */
export const createGoogleGenAi = (streaming = false): Provider => ({
  libraries: ['@langchain/google-genai'],
  createModel(run) {
    ignoreRejectionAfterAbort(run)
    return new ChatGoogleGenerativeAI({
      model: MODEL,
      apiKey: 'local',
      maxRetries: 0,
      baseUrl: run.urls.google,
      streaming,
      ...(run.name === 'reasoning'
        ? { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } }
        : {}),
    })
  },
  search: { googleSearch: {} },
  cannot,
})

/** `@langchain/google`, the newer one. */
export const google: Provider = {
  libraries: ['@langchain/google'],
  createModel: (run) =>
    new ChatGoogle({
      model: MODEL,
      apiKey: 'local',
      maxRetries: 0,
      endpoint: run.urls.google,
      ...(run.name === 'reasoning' ? { maxReasoningTokens: 2048 } : {}),
    }),
  search: { googleSearch: {} },
  cannot,
}
