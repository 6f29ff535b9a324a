/** Strands Agents with Anthropic's API. */
import { AnthropicModel } from '@strands-agents/sdk/models/anthropic'
import type { CaseRun, Family } from '../../program.ts'
import { converseWithAgent } from './support/agent.ts'

export const family: Family = {
  name: 'strands-anthropic',
  libraries: ['@strands-agents/sdk', '@anthropic-ai/sdk'],
  run: (run) => converseWithAgent(run, modelOf(run)),
  cannot: { embedding: 'Strands has no embeddings.' },
}

const modelOf = ({ name, urls }: CaseRun): AnthropicModel =>
  new AnthropicModel({
    modelId: 'claude-sonnet-4-5',
    maxTokens: 4096,
    ...(name === 'reasoning' && { params: { thinking: { type: 'enabled', budget_tokens: 2048 } } }),
    ...(name === 'tool-use-prompt' && {
      anthropicTools: [{ type: 'web_search_20250305', name: 'web_search' }],
    }),
    apiKey: 'none',
    clientConfig: { baseURL: urls.anthropic, maxRetries: 0 },
  })
