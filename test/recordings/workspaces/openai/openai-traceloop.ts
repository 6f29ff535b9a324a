/** The OpenAI SDK's chat completions under Traceloop's instrumentation. */
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import OpenAI from 'openai'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

const instrumentation = new OpenAIInstrumentation()

export const family: Family = {
  name: 'openai-traceloop',
  libraries: ['openai', '@traceloop/instrumentation-openai'],
  instrumentations: () => [instrumentation],
  async start() {
    // Version 7 must be passed explicitly: it only looks for older OpenAI SDKs.
    instrumentation.manuallyInstrument(OpenAI)
  },
  run: (run) => chat(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` })),
  cannot: { ...CHAT_CANNOT, embedding: 'The instrumentation does not trace embeddings.' },
}
