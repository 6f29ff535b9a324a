/** Strands Agents with OpenAI's responses, its default. */
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
    embedding: 'Strands has no embeddings.',
  },
}

const modelOf = ({ name, urls }: CaseRun): OpenAIModel =>
  new OpenAIModel({
    api: 'responses',
    modelId: name === 'reasoning' ? 'o4-mini' : 'gpt-4o',
    ...(name === 'reasoning' && { params: { reasoning: { effort: 'low', summary: 'auto' } } }),
    ...(name === 'tool-use-prompt' && { params: { tools: [{ type: 'web_search' }] } }),
    apiKey: 'none',
    clientConfig: { baseURL: `${urls.openai}/v1`, maxRetries: 0 },
  })
