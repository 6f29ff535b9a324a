/** Bedrock's InvokeModel with Amazon Nova under Traceloop's instrumentation. */
import { BedrockInstrumentation } from '@traceloop/instrumentation-bedrock'
import type { Family } from '../../program.ts'
import { loadBedrock } from './support/client.ts'
import { converseByInvoke, NOVA_CANNOT, TRACELOOP_CANNOT } from './support/invoke.ts'
import { AMAZON_NOVA } from './support/nova.ts'

const instrumentation = new BedrockInstrumentation()

export const family: Family = {
  name: 'bedrock-invoke-nova-traceloop',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@traceloop/instrumentation-bedrock'],
  instrumentations: () => [instrumentation],
  async start() {
    // Its hook sees `require` alone.
    instrumentation.manuallyInstrument(await loadBedrock())
  },
  run: async (run) => converseByInvoke(run, await loadBedrock(), AMAZON_NOVA),
  cannot: { ...NOVA_CANNOT, ...TRACELOOP_CANNOT },
}
