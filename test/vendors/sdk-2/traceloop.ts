import '../quiet.ts'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import * as traceloop from '@traceloop/node-server-sdk'
import { keeping, type Row } from '../row.ts'
import { batching, serveWith } from './provider.ts'

export const rows: readonly Row[] = [true, false].map((disableBatch) => ({
  name: `Traceloop, ${disableBatch ? 'Simple' : 'Batch'}, and a batch processor behind it`,
  library: '@traceloop/node-server-sdk',
  backends: ['traceloop'],
  async run(wrap) {
    const { sent, exporter } = keeping()
    const behind = batching()
    const processor = traceloop.createSpanProcessor({
      exporter: exporter as unknown as SpanExporter,
      disableBatch,
      allowedInstrumentationLibraries: 'all',
    } as never)
    await serveWith(wrap<SpanProcessor>([processor as unknown as SpanProcessor, behind.processor]), {
      tracer: 'ai',
      names: { agent: 'ai.generateText', model: 'ai.generateText.doGenerate', lookup: 'ai.toolCall' },
      attributes: {
        'ai.generateText.doGenerate': {
          'ai.model.id': 'model-1',
          'ai.model.provider': 'openai.chat',
          'ai.response.text': 'hi',
          'ai.usage.promptTokens': 3,
          'ai.usage.completionTokens': 4,
          'ai.telemetry.metadata.plan': 'gold',
        },
        'ai.toolCall': { 'ai.toolCall.name': 'search', 'ai.toolCall.args': '{}', 'ai.toolCall.result': '[]' },
      },
    })
    return { spans: { Traceloop: sent, Batch: behind.sent } }
  },
  check({ spans }) {
    const [name, total] = ['traceloop.entity.name', 'gen_ai.usage.total_tokens']
    const sent = spans['Traceloop'] ?? []
    const found = (key: string) => sent.some(({ attributes }) => attributes[key] !== undefined)
    const wrong = [name, total].filter((key) => !found(key)).map((key) => `no span has ${key}`)
    if (sent.some(({ attributes }) => 'ai.response.text' in attributes))
      wrong.push('attributes are not rewritten')
    return wrong
  },
}))
