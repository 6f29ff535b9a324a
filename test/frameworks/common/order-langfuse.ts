import { propagateAttributes } from '@langfuse/core'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import type { Program } from '../program.ts'
import { noExporter } from './support/no-exporter.ts'
import { openaiProgram } from './support/openai-program.ts'

/** Langfuse's helper and its processor. */
export const program: Program = {
  ...openaiProgram(({ sessionId }, fn) => propagateAttributes({ sessionId }, fn)),
  processors: () => [
    new LangfuseSpanProcessor({
      exporter: noExporter,
      exportMode: 'immediate',
      shouldExportSpan: () => true,
    }),
  ],
}
