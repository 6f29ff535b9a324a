import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { GOOGLE } from './support/google.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-6-google',
  libraries: ['ai', '@ai-sdk/google'],
  run: (run) => converseByAiSdk(run, SDK, GOOGLE),
  cannot: GOOGLE.cannot,
}
