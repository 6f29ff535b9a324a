/** The OpenAI SDK observed by Langfuse, with Langfuse's span processor. */
import { observeOpenAI } from '@langfuse/openai'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import OpenAI from 'openai'
import { noExporter } from '../../no-exporter.ts'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

export const family: Family = {
  name: 'langfuse-openai',
  libraries: ['openai', '@langfuse/openai', '@langfuse/otel', '@langfuse/tracing'],
  processors: () => [
    new LangfuseSpanProcessor({
      publicKey: 'none',
      secretKey: 'none',
      exporter: noExporter,
      exportMode: 'immediate',
      shouldExportSpan: () => true,
      mediaUploadEnabled: false,
    }),
  ],
  run: (run) => chat(run, observeOpenAI(new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` }))),
  cannot: CHAT_CANNOT,
}
