import { OpenInferenceSimpleSpanProcessor } from '@arizeai/openinference-vercel'
import type { Program } from '../program.ts'
import { program as aiSdk } from './ai-sdk-6.ts'
import { noExporter } from './support/no-exporter.ts'

/** OpenInference's processor writes its names on the AI SDK's spans, beside those that are there. */
export const program: Program = {
  ...aiSdk,
  processors: () => [new OpenInferenceSimpleSpanProcessor({ exporter: noExporter })],
}
