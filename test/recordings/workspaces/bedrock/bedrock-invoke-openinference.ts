/** Bedrock's InvokeModel with Claude under OpenInference's instrumentation. */
import { BedrockInstrumentation } from '@arizeai/openinference-instrumentation-bedrock'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { loadBedrock } from './support/client.ts'
import { CLAUDE_CANNOT, converseByInvoke } from './support/invoke.ts'

const instrumentation = new BedrockInstrumentation()

export const family: Family = {
  name: 'bedrock-invoke-openinference',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@arizeai/openinference-instrumentation-bedrock'],
  instrumentations: () => [instrumentation],
  async start() {
    // Its hook sees `require` alone.
    instrumentation.manuallyInstrument(await loadBedrock())
  },
  run: async (run) => converseByInvoke(run, await loadBedrock(), ANTHROPIC),
  cannot: CLAUDE_CANNOT,
}
