/** Strands Agents with OpenAI's chat completions. */
import { OpenAIModel } from '@strands-agents/sdk/models/openai'
import { SYSTEM } from '../../cases.ts'
import type { CaseRun, Family } from '../../program.ts'
import { converseWithAgent } from './support/agent.ts'

export const family: Family = {
  name: 'strands-openai',
  libraries: ['@strands-agents/sdk', 'openai'],
  run: (run) => converseWithAgent(run, modelOf(run), SYSTEM),
  cannot: {
    'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
    'tool-use-prompt': 'Chat completions of this model have no tool of the provider.',
    embedding: 'Strands has no embeddings.',
  },
}

const modelOf = ({ name, urls }: CaseRun): OpenAIModel =>
  new OpenAIModel({
    api: 'chat',
    modelId: name === 'reasoning' ? 'o4-mini' : 'gpt-4o',
    apiKey: 'none',
    clientConfig: { baseURL: `${urls.openai}/v1`, maxRetries: 0 },
  })
