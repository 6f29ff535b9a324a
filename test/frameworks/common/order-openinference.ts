import { OpenInferenceSimpleSpanProcessor } from '@arizeai/openinference-vercel'
import type { Program } from '../program.ts'
import { program as setSession } from './openai-set-session.ts'
import { noExporter } from './support/no-exporter.ts'

/** OpenInference's helper, and its processor, which stamps the helper's attributes on every span. */
export const program: Program = {
  ...setSession,
  processors: () => [new OpenInferenceSimpleSpanProcessor({ exporter: noExporter })],
}
