import '../quiet.ts'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { registerOTel } from '@vercel/otel'
import { sessionProcessors } from 'otel-sessions'
import { serve } from '../application.ts'
import { keeping, type Row, type Wrap } from '../row.ts'

/** The types fit. */
export const fits = (exporter: SpanExporter): SpanProcessor[] =>
  sessionProcessors([new BatchSpanProcessor(exporter)])

const row = (
  name: string,
  library: string,
  begin: (spanProcessors: SpanProcessor[]) => { shutdown(): Promise<void> },
): Row => ({
  name,
  library,
  backends: ['langfuse'],
  async run(wrap: Wrap) {
    const [batch, simple] = [keeping(), keeping()]
    const set = begin(
      wrap<SpanProcessor>([
        new BatchSpanProcessor(batch.exporter as SpanExporter),
        new SimpleSpanProcessor(simple.exporter as SpanExporter),
      ]),
    )
    await serve(api as never, api.trace.getTracer('app'))
    await set.shutdown()
    return { spans: { Batch: batch.sent, Simple: simple.sent } }
  },
})

const registered = <P extends BasicTracerProvider>(provider: P): P => {
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() })
  return provider
}

export const rows: readonly Row[] = [
  row('BasicTracerProvider', '@opentelemetry/sdk-trace-base', (spanProcessors) =>
    registered(new BasicTracerProvider({ spanProcessors })),
  ),
  row('NodeTracerProvider', '@opentelemetry/sdk-trace-node', (spanProcessors) =>
    registered(new NodeTracerProvider({ spanProcessors })),
  ),
  row('NodeSDK', '@opentelemetry/sdk-node', (spanProcessors) => {
    const sdk = new NodeSDK({ spanProcessors, autoDetectResources: false })
    sdk.start()
    return sdk
  }),
  row('registerOTel', '@vercel/otel', (spanProcessors) => {
    registerOTel({ serviceName: 'app', spanProcessors, instrumentations: [], autoDetectResources: false })
    const provider = api.trace.getTracerProvider() as api.ProxyTracerProvider
    return { shutdown: () => (provider.getDelegate() as BasicTracerProvider).shutdown() }
  }),
]
