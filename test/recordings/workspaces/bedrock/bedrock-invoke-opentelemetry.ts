/** Bedrock's InvokeModel with Claude under OpenTelemetry's instrumentation of the AWS SDK. */
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { loadBedrock } from './support/client.ts'
import { CLAUDE_CANNOT, converseByInvoke } from './support/invoke.ts'

export const family: Family = {
  name: 'bedrock-invoke-opentelemetry',
  libraries: ['@aws-sdk/client-bedrock-runtime', '@opentelemetry/instrumentation-aws-sdk'],
  instrumentations: () => [new AwsInstrumentation()],
  run: async (run) => converseByInvoke(run, await loadBedrock(), ANTHROPIC),
  cannot: CLAUDE_CANNOT,
}
