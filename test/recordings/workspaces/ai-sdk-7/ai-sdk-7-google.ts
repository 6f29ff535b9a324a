import { OpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { GOOGLE } from './support/google.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-7-google',
  libraries: ['ai', '@ai-sdk/otel', '@ai-sdk/google'],
  async start() {
    registerTelemetry(new OpenTelemetry())
  },
  run: (run) => converseByAiSdk(run, SDK, GOOGLE),
  cannot: GOOGLE.cannot,
}
