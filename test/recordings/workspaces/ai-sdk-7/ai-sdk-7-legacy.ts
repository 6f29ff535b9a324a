import { LegacyOpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { SDK } from './support/sdk.ts'

/** AI SDK 7 with the attribute names of version 6. */
export const family: Family = {
  name: 'ai-sdk-7-legacy',
  libraries: ['ai', '@ai-sdk/otel', '@ai-sdk/anthropic'],
  async start() {
    registerTelemetry(new LegacyOpenTelemetry())
  },
  run: (run) => converseByAiSdk(run, SDK, ANTHROPIC),
  cannot: ANTHROPIC.cannot,
}
