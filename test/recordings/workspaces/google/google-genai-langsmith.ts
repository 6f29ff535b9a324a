import * as genai from '@google/genai'
import { trace } from '@opentelemetry/api'
import { Client } from 'langsmith'
import { LangSmithOTLPSpanProcessor } from 'langsmith/experimental/otel/processor'
import { initializeOTEL } from 'langsmith/experimental/otel/setup'
import { traceable } from 'langsmith/traceable'
import { wrapGemini } from 'langsmith/wrappers/gemini'
import { runTool } from '../../conversation.ts'
import { noExporter } from '../../no-exporter.ts'
import type { Family } from '../../program.ts'
import { createClient, GENAI_CANNOT, holdByGenAi } from './support/genai.ts'

const client = new Client({
  apiKey: 'none',
  tracingMode: 'otel',
  // In this mode it only asks its own server for limits.
  fetchImplementation: async () => Response.json({}),
  // A run that begins and ends in one batch can end the wrong span: it is flushed explicitly, entry by entry.
  manualFlushMode: true,
  batchSizeLimit: 1,
})
const tracing = { client, tracingEnabled: true }

/** LangSmith in its OpenTelemetry mode: the wrapped SDK inside a `traceable` function for each turn. */
export const family: Family = {
  name: 'google-genai-langsmith',
  libraries: ['@google/genai', 'langsmith'],
  processors: () => [new LangSmithOTLPSpanProcessor(noExporter)],
  async start() {
    initializeOTEL({ globalTracerProvider: trace.getTracerProvider(), skipGlobalContextManagerSetup: true })
  },
  run: (run) =>
    holdByGenAi(run, wrapGemini(createClient(genai, run), tracing), {
      turn: (text, work) => traceable((_: string) => work(), { ...tracing, name: 'assistant' })(text),
      tool: (name, input) =>
        traceable((_: typeof input) => runTool(name), { ...tracing, name, run_type: 'tool' })(input),
    }),
  stop: () => client.flush(),
  cannot: { ...GENAI_CANNOT, embedding: '`wrapGemini` does not trace embeddings' },
}
