import type { TestContext } from 'node:test'
import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import {
  batch,
  InMemorySpanExporter,
  makeProvider,
  type ReadableSpan,
  type SpanProcessor,
  simple,
} from './sdk.ts'

/** An application's set-up, with a collector, and with another exporter that keeps the spans. */
export interface Pipeline {
  readonly provider: ReturnType<typeof makeProvider>
  readonly tracer: Tracer
  readonly processor: SessionSpanProcessor
  readonly exporter: SessionSpanExporter<ReadableSpan>
  readonly receiver: Receiver
  /** Shares the spans of the provider with our exporter. */
  readonly memory: InMemorySpanExporter
  /** Exports the ended spans, and returns the collector's spans by name. */
  exportAll(): Promise<Record<string, ReceivedSpan>>
}

export interface PipelineOptions {
  readonly limits?: { attributeValueLengthLimit?: number; attributeCountLimit?: number }
  /** Processors after all others. */
  readonly more?: SpanProcessor[]
  readonly onInvalid?: (id: string) => string
  readonly defaultSession?: string
}

export async function startPipeline(t: TestContext, options: PipelineOptions = {}): Promise<Pipeline> {
  const receiver = await startReceiver()
  const processor = new SessionSpanProcessor({ defaultSession: options.defaultSession })
  const exporter = new SessionSpanExporter(new OTLPTraceExporter({ url: receiver.url }), {
    onInvalid: options.onInvalid,
  })
  const memory = new InMemorySpanExporter()
  const processors = [processor, batch(exporter), simple(memory), ...(options.more ?? [])]
  const provider = makeProvider('shop', processors, options.limits)
  t.after(async () => {
    await provider.shutdown()
    await receiver.close()
  })
  return {
    provider,
    tracer: provider.getTracer('application'),
    processor,
    exporter,
    receiver,
    memory,
    async exportAll() {
      await provider.forceFlush()
      await exporter.forceFlush()
      return Object.fromEntries(receiver.spans().map((span) => [span.name, span]))
    },
  }
}

/** The sessions of the received spans, by name. */
export const sessionsOf = (spans: Record<string, ReceivedSpan>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(spans).map(([name, span]) => [name, span.attributes['session.id']]))
