import { createAnthropic } from './support/anthropic.ts'
import { holdByChain } from './support/chain.ts'
import { openinferenceFamily } from './support/openinference.ts'

/** The model's option `streaming`: every call is a stream, though the application does not ask for one. */
export const family = openinferenceFamily(
  'langchain-anthropic-streaming-openinference',
  createAnthropic({ streaming: true }),
  holdByChain,
)
