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
import { nowhere } from '../nowhere.ts'
import { replyWithTool, streamReply, trackOrder } from '../openai-agent.ts'
import type { Program } from '../program.ts'

export const program: Program = {
  processors: () => [new LangSmithOTLPSpanProcessor(nowhere)],

  async start({ modelUrl, toolUrl }) {
    initializeOTEL({ globalTracerProvider: trace.getTracerProvider(), skipGlobalContextManagerSetup: true })
    // In this mode the client asks its own server for limits only. Asked over the network, that were a span.
    const fetchImplementation = async () => Response.json({})
    const client = new Client({
      apiKey: 'local',
      tracingMode: 'otel',
      fetchImplementation,
      // Where a timer ends batches, it depends on the machine's speed which spans end: what starts and ends in one
      // batch with others ends the span that was active when the stream was read.
      manualFlushMode: true,
      batchSizeLimit: 1,
    })
    const tracing = { client, tracingEnabled: true }
    const openai = wrapOpenAI(new OpenAI({ baseURL: modelUrl, apiKey: 'local', maxRetries: 0 }), tracing)
    const callTool = traceable((args: string) => trackOrder(toolUrl, args), {
      ...tracing,
      name: 'track_order',
      run_type: 'tool',
    })

    return {
      answer({ sessionId, text, stream }) {
        const config = { ...tracing, name: 'support turn', metadata: { thread_id: sessionId } }
        if (stream) return traceable((question: string) => streamReply(openai, question), config)(text)
        return traceable((question: string) => replyWithTool(openai, question, callTool), config)(text)
      },
      // Only now its spans end, after the server's.
      stop: () => client.flush(),
    }
  },
}
