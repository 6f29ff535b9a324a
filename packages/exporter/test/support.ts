import type { Tracer } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, type TracerConfig } from '@opentelemetry/sdk-trace-base'
import type { ExportResult, SpanExporterLike } from '@otel-sessions/exporter'

/** A wrapped exporter whose answers the test gives. */
export class ManualExporter implements SpanExporterLike<never> {
  readonly callbacks: ((result: ExportResult) => void)[] = []
  shutdowns = 0
  flushes = 0
  export(_: never[], callback: (result: ExportResult) => void): void {
    this.callbacks.push(callback)
  }
  async shutdown(): Promise<void> {
    this.shutdowns++
  }
  async forceFlush(): Promise<void> {
    this.flushes++
  }
}

export const OK: ExportResult = { code: 0 }

/** Ended spans of the SDK, as a span processor gets them, in order. */
export function endedSpans(run: (tracer: Tracer) => void, config: TracerConfig = {}): ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const collect = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  run(new BasicTracerProvider({ ...config, spanProcessors: [collect] }).getTracer('scope', '1.2.3'))
  return ended
}
