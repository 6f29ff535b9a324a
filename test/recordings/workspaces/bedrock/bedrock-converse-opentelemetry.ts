/** Bedrock's Converse under OpenTelemetry's instrumentation of the AWS SDK. */
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk'
import type { Family } from '../../program.ts'
import { loadBedrock } from './support/client.ts'
import { CONVERSE_CANNOT, converseWithClaude } from './support/converse.ts'

export const family: Family = {
  name: 'bedrock-converse-opentelemetry',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@opentelemetry/instrumentation-aws-sdk'],
  instrumentations: () => [new AwsInstrumentation()],
  run: async (run) => converseWithClaude(run, await loadBedrock()),
  cannot: CONVERSE_CANNOT,
}
