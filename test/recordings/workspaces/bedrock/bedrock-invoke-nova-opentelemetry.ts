/** Bedrock's InvokeModel with Amazon Nova under OpenTelemetry's instrumentation of the AWS SDK. */
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk'
import type { Family } from '../../program.ts'
import { loadBedrock } from './support/client.ts'
import { converseByInvoke, NOVA_CANNOT } from './support/invoke.ts'
import { AMAZON_NOVA } from './support/nova.ts'

export const family: Family = {
  name: 'bedrock-invoke-nova-opentelemetry',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@opentelemetry/instrumentation-aws-sdk'],
  instrumentations: () => [new AwsInstrumentation()],
  run: async (run) => converseByInvoke(run, await loadBedrock(), AMAZON_NOVA),
  cannot: NOVA_CANNOT,
}
