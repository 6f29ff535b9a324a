/** Strands Agents with Claude on Bedrock, streamed, as it is by default. */
import type { Family } from '../../program.ts'
import { converseWithAgent } from './support/agent.ts'
import { BEDROCK_CANNOT, bedrockModel } from './support/bedrock.ts'

export const family: Family = {
  name: 'strands-bedrock',
  libraries: ['@strands-agents/sdk', '@aws-sdk/client-bedrock-runtime'],
  run: (run) => converseWithAgent(run, bedrockModel(run, true)),
  cannot: BEDROCK_CANNOT,
}
