/** The OpenAI SDK's chat completions under OpenTelemetry's instrumentation, which supports it up to version 6. */
import { createRequire } from 'node:module'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import type OpenAI from 'openai'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

/** It patches required modules only, not imported ones. The used parts of version 6 are as in version 7. */
export const newOpenAI6 = (baseURL: string): OpenAI => {
  const { OpenAI: OpenAI6 } = createRequire(import.meta.url)('openai6') as { OpenAI: typeof OpenAI }
  return new OpenAI6({ ...SETTINGS, baseURL })
}

export const family: Family = {
  name: 'openai-opentelemetry',
  libraries: ['openai6', '@opentelemetry/instrumentation-openai'],
  instrumentations: () => [new OpenAIInstrumentation()],
  run: (run) => chat(run, newOpenAI6(`${run.urls.openai}/v1`)),
  cannot: CHAT_CANNOT,
}
