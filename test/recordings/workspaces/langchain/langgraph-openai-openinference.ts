import { holdByGraph } from './support/graph.ts'
import { openai } from './support/openai.ts'
import { openinferenceFamily } from './support/openinference.ts'

export const family = openinferenceFamily('langgraph-openai-openinference', openai, holdByGraph, [
  '@langchain/langgraph',
])
