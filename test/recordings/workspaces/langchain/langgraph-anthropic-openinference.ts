import { createAnthropic } from './support/anthropic.ts'
import { holdByGraph } from './support/graph.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily(
  'langgraph-anthropic-openinference',
  createAnthropic(),
  holdByGraph,
  ['@langchain/langgraph'],
)
