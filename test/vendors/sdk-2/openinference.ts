import '../quiet.ts'
import {
  OpenInferenceBatchSpanProcessor,
  OpenInferenceSimpleSpanProcessor,
} from '@arizeai/openinference-vercel'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { keeping, type Row } from '../row.ts'
import { serveWith } from './provider.ts'

const KIND = 'openinference.span.kind'
const ai = (operationId: string) => ({
  'operation.name': `${operationId} chat`,
  'ai.operationId': operationId,
  'ai.model.id': 'model-1',
  'ai.prompt': '{"prompt":"hello"}',
  'ai.response.text': 'hi',
})

const processors = { Simple: OpenInferenceSimpleSpanProcessor, Batch: OpenInferenceBatchSpanProcessor }

const row = (name: keyof typeof processors, options: Pick<Row, 'backfill' | 'differing'>): Row => ({
  ...options,
  name: `OpenInference for Vercel, ${name}, ${options.backfill === false ? 'without' : 'with'} backfill`,
  library: '@arizeai/openinference-vercel',
  backends: ['langfuse'],
  async run(wrap) {
    const { sent, exporter } = keeping()
    const processor = new processors[name]({
      exporter: exporter as unknown as SpanExporter,
      reparentOrphanedSpans: true,
    })
    await serveWith(wrap<SpanProcessor>([processor]), {
      tracer: 'ai',
      names: {
        request: 'ai.streamText',
        lookup: 'ai.toolCall',
        agent: 'ai.generateText',
        model: 'ai.generateText.doGenerate',
      },
      attributes: Object.fromEntries(
        ['ai.streamText', 'ai.toolCall', 'ai.generateText', 'ai.generateText.doGenerate'].map((id) => [
          id,
          ai(id),
        ]),
      ),
    })
    return { spans: { OpenInference: sent } }
  },
  check({ spans }) {
    const wrong: string[] = []
    const sent = spans['OpenInference'] ?? []
    if (!sent.some(({ attributes }) => attributes[KIND] === 'LLM')) wrong.push(`no span has ${KIND} LLM`)
    if (!sent.some(({ name }) => name.endsWith(' chat'))) wrong.push('no span is renamed')
    // It sets the status of spans that have none, from those below.
    if (!sent.some(({ status }) => (status as { code: number }).code === 1))
      wrong.push('no span has the status OK')
    return wrong
  },
})

// It gives each span the status of what has failed in its trace so far: with SDK 2 it takes every span for a root, since
// there is no `parentSpanId`. The look-up waits for its trace, and comes after the call that fails.
export const rows: readonly Row[] = [
  row('Simple', { backfill: false }),
  row('Batch', { backfill: false }),
  row('Simple', { differing: 1 }),
  row('Batch', { differing: 1 }),
]
