import { createAnthropic } from './support/anthropic.ts'
import { holdByChain } from './support/chain.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily('langchain-anthropic-openinference', createAnthropic(), holdByChain)
