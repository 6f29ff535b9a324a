import { OpenInferenceSimpleSpanProcessor } from '@arizeai/openinference-vercel'
import type { Program } from '../program.ts'
import { program as aiSdk } from './ai-sdk-6.ts'
import { noExporter } from './support/no-exporter.ts'

/** OpenInference's processor adds its attribute names to the AI SDK's spans. */
export const program: Program = {
  ...aiSdk,
  processors: () => [new OpenInferenceSimpleSpanProcessor({ exporter: noExporter })],
}
