/** Bedrock's InvokeModel with Claude under Traceloop's instrumentation. */
import { BedrockInstrumentation } from '@traceloop/instrumentation-bedrock'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { loadBedrock } from './support/client.ts'
import { CLAUDE_CANNOT, converseByInvoke, TRACELOOP_CANNOT } from './support/invoke.ts'

const instrumentation = new BedrockInstrumentation()

export const family: Family = {
  name: 'bedrock-invoke-traceloop',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@traceloop/instrumentation-bedrock'],
  instrumentations: () => [instrumentation],
  async start() {
    // Its hook sees `require` alone.
    instrumentation.manuallyInstrument(await loadBedrock())
  },
  run: async (run) => converseByInvoke(run, await loadBedrock(), ANTHROPIC),
  cannot: { ...CLAUDE_CANNOT, ...TRACELOOP_CANNOT },
}
