/** LangSmith in its OpenTelemetry mode: the wrapped OpenAI SDK inside a `traceable` function for each turn. */
import { trace } from '@opentelemetry/api'
import { Client } from 'langsmith'
import { LangSmithOTLPSpanProcessor } from 'langsmith/experimental/otel/processor'
import { initializeOTEL } from 'langsmith/experimental/otel/setup'
import { traceable } from 'langsmith/traceable'
import { wrapOpenAI } from 'langsmith/wrappers/openai'
import OpenAI from 'openai'
import { runTool } from '../../conversation.ts'
import { noExporter } from '../../no-exporter.ts'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

const client = new Client({
  apiKey: 'none',
  tracingMode: 'otel',
  // In this mode it only asks its own server for limits.
  fetchImplementation: async () => Response.json({}),
  // Its timer decides which spans end: a streamed run that begins and ends in one batch ends the span around its reader
  // instead of its own. So it is flushed explicitly, and no batch has two entries.
  manualFlushMode: true,
  batchSizeLimit: 1,
})
const tracing = { client, tracingEnabled: true }

export const family: Family = {
  name: 'langsmith-openai',
  libraries: ['openai', 'langsmith'],
  processors: () => [new LangSmithOTLPSpanProcessor(noExporter)],
  async start() {
    initializeOTEL({ globalTracerProvider: trace.getTracerProvider(), skipGlobalContextManagerSetup: true })
  },
  run(run) {
    const openai = wrapOpenAI(new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` }), tracing)
    return chat(run, openai, {
      turn: (text, work) => traceable((_: string) => work(), { ...tracing, name: 'assistant' })(text),
      tool: (name, input) =>
        traceable((_: typeof input) => runTool(name), { ...tracing, name, run_type: 'tool' })(input),
    })
  },
  // Its spans only end here, after the application's.
  stop: () => client.flush(),
  cannot: { ...CHAT_CANNOT, embedding: '`wrapOpenAI` does not trace embeddings.' },
}
