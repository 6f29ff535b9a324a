import { holdByChain } from './support/chain.ts'
import { openai } from './support/openai.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily('langchain-openai-openinference', openai, holdByChain)
