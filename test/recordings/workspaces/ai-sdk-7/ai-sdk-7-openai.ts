import { OpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { OPENAI } from './support/openai.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-7-openai',
  libraries: ['ai', '@ai-sdk/otel', '@ai-sdk/openai'],
  async start() {
    registerTelemetry(new OpenTelemetry())
  },
  run: (run) => converseByAiSdk(run, SDK, OPENAI),
  cannot: OPENAI.cannot,
}
