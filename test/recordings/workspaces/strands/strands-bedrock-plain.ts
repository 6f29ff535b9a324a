/** Strands Agents with Claude on Bedrock, not streamed: it then drops what Bedrock says of the cache. */
import type { Family } from '../../program.ts'
import { converseWithAgent } from './support/agent.ts'
import { BEDROCK_CANNOT, bedrockModel } from './support/bedrock.ts'

export const family: Family = {
  name: 'strands-bedrock-plain',
  libraries: ['@strands-agents/sdk', '@aws-sdk/client-bedrock-runtime'],
  run: (run) => converseWithAgent(run, bedrockModel(run, false)),
  cannot: {
    ...BEDROCK_CANNOT,
    streamed: 'The model is asked not to stream.',
    aborted: 'The model is asked not to stream.',
  },
}
