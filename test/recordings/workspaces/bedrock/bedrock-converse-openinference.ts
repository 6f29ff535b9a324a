/** Bedrock's Converse under OpenInference's instrumentation. */
import { BedrockInstrumentation } from '@arizeai/openinference-instrumentation-bedrock'
import type { Family } from '../../program.ts'
import { loadBedrock } from './support/client.ts'
import { CONVERSE_CANNOT, converseWithClaude } from './support/converse.ts'

const instrumentation = new BedrockInstrumentation()

export const family: Family = {
  name: 'bedrock-converse-openinference',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@arizeai/openinference-instrumentation-bedrock'],
  instrumentations: () => [instrumentation],
  async start() {
    // Its hook sees `require` alone.
    instrumentation.manuallyInstrument(await loadBedrock())
  },
  run: async (run) => converseWithClaude(run, await loadBedrock()),
  cannot: CONVERSE_CANNOT,
}
