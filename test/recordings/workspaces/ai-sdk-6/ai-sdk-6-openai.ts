import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { OPENAI } from './support/openai.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-6-openai',
  libraries: ['ai', '@ai-sdk/openai'],
  run: (run) => converseByAiSdk(run, SDK, OPENAI),
  cannot: OPENAI.cannot,
}
