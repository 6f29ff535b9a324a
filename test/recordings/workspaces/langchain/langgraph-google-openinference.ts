import { createGoogleGenAi } from './support/google.ts'
import { holdByGraph } from './support/graph.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily(
  'langgraph-google-openinference',
  createGoogleGenAi(),
  holdByGraph,
  ['@langchain/langgraph'],
)
