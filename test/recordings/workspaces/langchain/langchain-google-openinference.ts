import { holdByChain } from './support/chain.ts'
import { createGoogleGenAi } from './support/google.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily('langchain-google-openinference', createGoogleGenAi(), holdByChain)
