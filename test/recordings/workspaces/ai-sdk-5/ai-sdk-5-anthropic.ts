import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-5-anthropic',
  libraries: ['ai', '@ai-sdk/anthropic'],
  run: (run) => converseByAiSdk(run, SDK, ANTHROPIC),
  cannot: ANTHROPIC.cannot,
}
