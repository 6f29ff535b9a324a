import { OpenInferenceSimpleSpanProcessor } from '@arizeai/openinference-vercel'
import { converseByAiSdk } from '../../ai-sdk.ts'
import type { Family } from '../../program.ts'
import { ANTHROPIC } from './support/anthropic.ts'
import { noExporter } from './support/no-exporter.ts'
import { SDK } from './support/sdk.ts'

/** AI SDK 6 with OpenInference's processor, which adds its attribute names to the spans. */
export const family: Family = {
  name: 'ai-sdk-6-openinference',
  libraries: ['ai', '@ai-sdk/anthropic', '@arizeai/openinference-vercel'],
  processors: () => [new OpenInferenceSimpleSpanProcessor({ exporter: noExporter })],
  run: (run) => converseByAiSdk(run, SDK, ANTHROPIC),
  cannot: ANTHROPIC.cannot,
}
