import { OpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { OPENROUTER } from './support/openrouter.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-7-openrouter',
  libraries: ['ai', '@ai-sdk/otel', '@openrouter/ai-sdk-provider'],
  async start() {
    registerTelemetry(new OpenTelemetry())
  },
  run: (run) => converseByAiSdk(run, SDK, OPENROUTER),
  cannot: OPENROUTER.cannot,
}
