import '../quiet.ts'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SPANS } from '../application.ts'
import { keeping, type Row } from '../row.ts'
import { batching, serveWith } from './provider.ts'

const INPUT = 'langfuse.observation.input'

export const rows: readonly Row[] = (['batched', 'immediate'] as const).map((exportMode) => ({
  name: `Langfuse, ${exportMode}, with a mask, and a batch processor behind it`,
  library: '@langfuse/otel',
  backends: ['langfuse'],
  async run(wrap) {
    const { sent, exporter } = keeping()
    const behind = batching()
    const langfuse = new LangfuseSpanProcessor({
      exporter: exporter as unknown as SpanExporter,
      exportMode,
      environment: 'test',
      release: '1.2.3',
      mediaUploadEnabled: false,
      shouldExportSpan: ({ otelSpan }) => otelSpan.name !== 'cron',
      mask: async ({ data }) => String(data).replace(/secret_\w+/g, 'secret_***'),
    })
    await serveWith(wrap<SpanProcessor>([langfuse, behind.processor]), {
      attributes: { chat: { [INPUT]: 'the key is secret_key' }, lookup: { [INPUT]: 'secret_other' } },
    })
    return { spans: { Langfuse: sent, Batch: behind.sent } }
  },
  check({ spans }) {
    const wrong: string[] = []
    if (spans['Langfuse']?.length !== SPANS - 1) wrong.push('the filter of Langfuse has no effect')
    for (const span of Object.values(spans).flat()) {
      const { attributes } = span
      if (String(attributes[INPUT]).includes('secret_key')) wrong.push(`${span.name} is not masked`)
      if (attributes['langfuse.environment'] !== 'test') wrong.push(`${span.name} has no environment`)
    }
    return wrong
  },
}))
