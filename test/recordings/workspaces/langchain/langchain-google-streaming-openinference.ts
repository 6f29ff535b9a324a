import { holdByChain } from './support/chain.ts'
import { createGoogleGenAi } from './support/google.ts'
import { openinferenceFamily } from './support/openinference.ts'

/** The model's option `streaming`: every call is a stream, though the application does not ask for one. */
export const family = openinferenceFamily(
  'langchain-google-streaming-openinference',
  createGoogleGenAi(true),
  holdByChain,
)
