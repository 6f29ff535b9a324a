import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BatchSpanProcessor,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { serve } from '../application.ts'
import { keeping } from '../row.ts'

/** Registers a provider, serves, and shuts down. */
export async function serveWith(
  spanProcessors: SpanProcessor[],
  spans: Parameters<typeof serve>[2] & { readonly tracer?: string; readonly sampler?: Sampler },
): Promise<void> {
  const { tracer = 'app', sampler, ...others } = spans
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const provider = new NodeTracerProvider({ spanProcessors, ...(sampler && { sampler }) })
  api.trace.setGlobalTracerProvider(provider)
  await serve(api as never, api.trace.getTracer(tracer), others)
  await provider.forceFlush()
  await provider.shutdown()
}

/** A batch processor, and what it sends. */
export function batching(): {
  readonly sent: ReturnType<typeof keeping>['sent']
  readonly processor: SpanProcessor
} {
  const { sent, exporter } = keeping()
  return { sent, processor: new BatchSpanProcessor(exporter as unknown as SpanExporter) }
}
