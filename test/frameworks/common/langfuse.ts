/** Langfuse: the observed OpenAI SDK inside `propagateAttributes`, with Langfuse's own span processor. */
import { observeOpenAI } from '@langfuse/openai'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import { propagateAttributes } from '@langfuse/tracing'
import OpenAI from 'openai'
import type { Program } from '../program.ts'
import { noExporter } from './support/no-exporter.ts'
import { answerTurn, SETTINGS } from './support/openai-turn.ts'

export const program: Program = {
  processors: () => [
    new LangfuseSpanProcessor({
      publicKey: 'pk-local',
      secretKey: 'sk-local',
      exporter: noExporter,
      exportMode: 'immediate',
      shouldExportSpan: () => true,
      mediaUploadEnabled: false,
    }),
  ],

  async start(places) {
    const client = observeOpenAI(new OpenAI({ ...SETTINGS, baseURL: places.modelUrl }))
    return {
      answer: (turn) =>
        propagateAttributes({ sessionId: turn.sessionId }, () => answerTurn(client, places, turn)),
    }
  },
}
