import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { OPENROUTER } from './support/openrouter.ts'
import { SDK } from './support/sdk.ts'

export const family: Family = {
  name: 'ai-sdk-6-openrouter',
  libraries: ['ai', '@openrouter/ai-sdk-provider'],
  run: (run) => converseByAiSdk(run, SDK, OPENROUTER),
  cannot: OPENROUTER.cannot,
}
