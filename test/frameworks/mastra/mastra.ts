/** Mastra with its own OpenTelemetry exporter; the session as `threadId` in the metadata. */
import { createOpenAI } from '@ai-sdk/openai'
import { Mastra } from '@mastra/core'
import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { Observability } from '@mastra/observability'
import { OtelExporter } from '@mastra/otel-exporter'
import { z } from 'zod'
import { trackOrder } from '../common/support/openai-turn.ts'
import type { Program } from '../program.ts'

export const program: Program = {
  async start(places, newExporter) {
    process.env['MASTRA_TELEMETRY_DISABLED'] = 'true'
    const tool = createTool({
      id: 'track_order',
      description: 'Says where a parcel is and when it arrives',
      inputSchema: z.object({ order: z.string() }),
      execute: ({ order }) => trackOrder(places, order),
    })
    const support = new Agent({
      id: 'support',
      name: 'support',
      instructions: 'You answer questions about parcels.',
      model: createOpenAI({ baseURL: places.modelUrl, apiKey: 'local' }).chat('demo-model'),
      tools: { track_order: tool },
      maxRetries: 0,
    })
    // It requires an endpoint even with an exporter; nothing is sent there without logs.
    const exporter = new OtelExporter({
      provider: { custom: { endpoint: places.modelUrl, protocol: 'http/json' } },
      exporter: newExporter(),
      signals: { logs: false },
    })
    const mastra = new Mastra({
      agents: { support },
      logger: false,
      observability: new Observability({
        configs: { default: { serviceName: 'support', exporters: [exporter] } },
      }),
    })
    const agent = mastra.getAgent('support')
    return {
      async answer({ sessionId, turn, text, stream }) {
        const options = { tracingOptions: { metadata: { threadId: sessionId, testTurn: turn } } }
        if (!stream) return (await agent.generate(text, options)).text
        return (await agent.stream(text, options)).textStream
      },
      stop: () => mastra.shutdown(),
    }
  },
}
