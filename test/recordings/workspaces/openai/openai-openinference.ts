/** The OpenAI SDK's chat completions under OpenInference's instrumentation. */
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

const instrumentation = new OpenAIInstrumentation()

export const family: Family = {
  name: 'openai-openinference',
  libraries: ['openai', '@arizeai/openinference-instrumentation-openai'],
  instrumentations: () => [instrumentation],
  async start() {
    instrumentation.manuallyInstrument(OpenAI)
  },
  run: (run) => chat(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` })),
  cannot: CHAT_CANNOT,
}
