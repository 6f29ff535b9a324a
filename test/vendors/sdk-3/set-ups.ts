import '../quiet.ts'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { sessionProcessors } from 'otel-sessions'
import { serve } from '../application.ts'
import { keeping, type Row, type Wrap } from '../row.ts'

/** The types fit. */
export const fits = (exporter: SpanExporter): SpanProcessor[] =>
  sessionProcessors([new BatchSpanProcessor({ exporter })])

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
        new BatchSpanProcessor({ exporter: batch.exporter as SpanExporter }),
        new SimpleSpanProcessor({ exporter: simple.exporter as SpanExporter }),
      ]),
    )
    await serve(api as never, api.trace.getTracer('app'))
    await set.shutdown()
    return { spans: { Batch: batch.sent, Simple: simple.sent } }
  },
})

export const rows: readonly Row[] = [
  row('TracerProvider', '@opentelemetry/sdk-trace', (spanProcessors) => {
    const provider = new TracerProvider({ spanProcessors })
    api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    api.trace.setGlobalTracerProvider(provider)
    return provider
  }),
  row('NodeSDK', '@opentelemetry/sdk-node', (spanProcessors) => {
    const sdk = new NodeSDK({ spanProcessors, autoDetectResources: false })
    sdk.start()
    return sdk
  }),
]
