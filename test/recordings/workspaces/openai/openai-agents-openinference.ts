/** OpenAI's Agents SDK, by responses, under OpenInference's instrumentation. */
import type { Family } from '../../program.ts'
import { runAgents, startAgents } from './support/agents.ts'

export const family: Family = {
  name: 'openai-agents-openinference',
  libraries: ['@openai/agents', 'openai', '@arizeai/openinference-instrumentation-openai-agents'],
  start: async (urls) => startAgents(urls, 'responses'),
  run: runAgents,
  cannot: {
    'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
    embedding: 'The SDK makes no embeddings.',
  },
}
