/**
 * LangSmith in its OpenTelemetry mode: `traceable` functions around the wrapped OpenAI SDK, the session as
 * `thread_id` in the metadata of the outermost one.
 */
import { trace } from '@opentelemetry/api'
import { Client } from 'langsmith'
import { LangSmithOTLPSpanProcessor } from 'langsmith/experimental/otel/processor'
import { initializeOTEL } from 'langsmith/experimental/otel/setup'
import { traceable } from 'langsmith/traceable'
import { wrapOpenAI } from 'langsmith/wrappers/openai'
import OpenAI from 'openai'
import type { Program, Turn } from '../program.ts'
import { noExporter } from './support/no-exporter.ts'
import { answerTurn, SETTINGS, trackOrder } from './support/openai-turn.ts'

export const program: Program = {
  processors: () => [new LangSmithOTLPSpanProcessor(noExporter)],

  async start(places) {
    initializeOTEL({ globalTracerProvider: trace.getTracerProvider(), skipGlobalContextManagerSetup: true })
    const client = new Client({
      apiKey: 'local',
      tracingMode: 'otel',
      // In this mode it only requests limits from its own server. Over the network, that would be a span.
      fetchImplementation: async () => Response.json({}),
      // Its timer decides which spans end: a streamed run that begins and ends in one batch ends the span around its
      // reader instead of its own. So it is flushed explicitly, and no batch has two entries.
      manualFlushMode: true,
      batchSizeLimit: 1,
    })
    const tracing = { client, tracingEnabled: true }
    const openai = wrapOpenAI(new OpenAI({ ...SETTINGS, baseURL: places.modelUrl }), tracing)
    const callTool = traceable((order: string) => trackOrder(places, order), {
      ...tracing,
      name: 'track_order',
      run_type: 'tool',
    })
    return {
      answer(turn) {
        const config = { ...tracing, name: 'support', metadata: { thread_id: turn.sessionId } }
        return traceable((asked: Turn) => answerTurn(openai, places, asked, {}, callTool), config)(turn)
      },
      // Its spans only end here, after the server's.
      stop: () => client.flush(),
    }
  },
}
