import { holdByChain } from './support/chain.ts'
import { google } from './support/google.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily('langchain-google-new-openinference', google, holdByChain)
