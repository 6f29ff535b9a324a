/** Bedrock's Converse under Traceloop's instrumentation. */
import { BedrockInstrumentation } from '@traceloop/instrumentation-bedrock'
import type { Family } from '../../program.ts'
import { loadBedrock } from './support/client.ts'
import { CONVERSE_CANNOT, converseWithClaude } from './support/converse.ts'

const instrumentation = new BedrockInstrumentation()

export const family: Family = {
  name: 'bedrock-converse-traceloop',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@traceloop/instrumentation-bedrock'],
  instrumentations: () => [instrumentation],
  async start() {
    // Its hook sees `require` alone.
    instrumentation.manuallyInstrument(await loadBedrock())
  },
  run: async (run) => converseWithClaude(run, await loadBedrock()),
  cannot: CONVERSE_CANNOT,
}
