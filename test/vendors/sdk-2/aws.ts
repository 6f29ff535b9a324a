import '../quiet.ts'
import { createRequire } from 'node:module'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { keeping, type Row } from '../row.ts'
import { serveWith } from './provider.ts'

// What its configurator puts together. It exports none of it.
const distro = '@aws/aws-distro-opentelemetry-node-autoinstrumentation'
const require = createRequire(import.meta.url)
// biome-ignore lint/suspicious/noExplicitAny: its classes by their names.
const load = (file: string): any => require(`./node_modules/${distro}/build/src/${file}.js`)
const resource = resourceFromAttributes({ 'service.name': 'app' })
const CLIENT = 2

export const rows: readonly Row[] = [
  {
    name: 'AWS distro: redaction, nested clients, propagation, span metrics, metric attributes',
    library: distro,
    backends: ['langfuse'],
    async run(wrap) {
      const { sent, exporter } = keeping()
      const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const meterProvider = new MeterProvider({
        resource,
        readers: [new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 2 ** 30 })],
      })
      const { AttributeRedactingSpanProcessor } = load('attribute-redacting-span-processor')
      const { GenAINestedClientSpanProcessor } = load('gen-ai-nested-client-span-processor')
      const { AttributePropagatingSpanProcessorBuilder } = load(
        'attribute-propagating-span-processor-builder',
      )
      const { AwsSpanMetricsProcessorBuilder } = load('aws-span-metrics-processor-builder')
      const { AwsMetricAttributesSpanExporterBuilder } = load('aws-metric-attributes-span-exporter-builder')
      const spanProcessors: SpanProcessor[] = [
        new GenAINestedClientSpanProcessor(),
        new AttributeRedactingSpanProcessor(['card']),
        new BatchSpanProcessor(AwsMetricAttributesSpanExporterBuilder.create(exporter, resource).build()),
        AttributePropagatingSpanProcessorBuilder.create().build(),
        AwsSpanMetricsProcessorBuilder.create(meterProvider, resource, () =>
          meterProvider.forceFlush(),
        ).build(),
      ]
      const chat = { 'gen_ai.operation.name': 'chat', 'rpc.service': 'bedrock', card: '4111 1111 1111 1111' }
      await serveWith(wrap(spanProcessors), {
        agentKind: CLIENT,
        attributes: {
          agent: chat,
          chat,
          'POST /chat': { 'http.request.method': 'POST', 'url.path': '/chat', card: '4111 1111 1111 1111' },
          lookup: { 'http.request.method': 'GET', 'server.address': 'db.internal' },
        },
      })
      await meterProvider.forceFlush()
      const points = metrics
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics: each }) => each)
      const others = points
        ?.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => [
            descriptor.name,
            attributes,
            (value as { count: number }).count,
            // The sum of the latency differs between two runs.
            descriptor.name === 'Latency' ? undefined : (value as { sum: number }).sum,
          ]),
        )
        .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      await meterProvider.shutdown()
      return { spans: { Batch: sent }, others }
    },
    check({ spans, others }) {
      const sent = spans['Batch'] ?? []
      const wrong: string[] = []
      if (sent.some(({ attributes }) => String(attributes['card']).startsWith('4')))
        wrong.push('it is not redacted')
      if (sent.some(({ name, kind }) => name === 'agent' && kind === CLIENT))
        wrong.push('the agent is a client')
      if (!sent.some(({ attributes }) => 'aws.local.service' in attributes))
        wrong.push('no metric attributes')
      if (!JSON.stringify(others)?.includes('Latency')) wrong.push('no span metrics')
      return wrong
    },
  },
  {
    name: 'AWS distro: unsampled spans',
    library: distro,
    async run(wrap) {
      const { sent, exporter } = keeping()
      const { AlwaysRecordSampler } = load('always-record-sampler')
      const { AwsBatchUnsampledSpanProcessor } = load('aws-batch-unsampled-span-processor')
      const unsampled: SpanProcessor = new AwsBatchUnsampledSpanProcessor(exporter)
      await serveWith(wrap([unsampled]), { sampler: AlwaysRecordSampler.create(new AlwaysOffSampler()) })
      return { spans: { Batch: sent } }
    },
    check: ({ spans }) => ((spans['Batch'] ?? []).length === 0 ? ['no span is sent'] : []),
  },
]
