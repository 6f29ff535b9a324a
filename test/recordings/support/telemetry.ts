/** OpenTelemetry in the child process, as an ESM application sets it up by hand, with the workspace's copies. */
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { SessionSpanProcessor } from '@otel-sessions/processor'
import type { Family } from '../program.ts'
import type { OpenTelemetry } from './opentelemetry.ts'

/** OpenTelemetry that is set up and running. */
export interface Telemetry {
  /** For libraries that export their spans past the provider. */
  newExporter(): SpanExporter
  /** Exports all that has ended, and waits for the collector's answers. */
  flush(): Promise<void>
}

/** Sets up traces and logs, both sent to the collector. There are no HTTP spans: they say nothing about usage. */
export function startTelemetry(
  otel: OpenTelemetry,
  family: Family,
  sessions: SessionSpanProcessor,
  collectorUrl: string,
): Telemetry {
  const exporters: SpanExporter[] = []
  const newExporter = () => {
    const exporter = new otel.OTLPTraceExporter({ url: `${collectorUrl}/v1/traces` })
    exporters.push(exporter)
    return exporter
  }
  const resource = otel.resourceFromAttributes({ 'service.name': 'bookshop' })
  const tracerProvider = new otel.BasicTracerProvider({
    resource,
    spanProcessors: [...(family.processors?.() ?? []), sessions, new otel.BatchSpanProcessor(newExporter())],
  })
  const logExporter = new otel.OTLPLogExporter({ url: `${collectorUrl}/v1/logs` })
  const loggerProvider = new otel.LoggerProvider({
    resource,
    processors: [new otel.BatchLogRecordProcessor({ exporter: logExporter })],
  })
  otel.api.context.setGlobalContextManager(new otel.AsyncLocalStorageContextManager().enable())
  otel.api.trace.setGlobalTracerProvider(tracerProvider)
  otel.logs.setGlobalLoggerProvider(loggerProvider)
  otel.registerInstrumentations({
    tracerProvider,
    loggerProvider,
    instrumentations: [...(family.instrumentations?.() ?? [])],
  })
  return {
    newExporter,
    async flush() {
      await tracerProvider.shutdown()
      await loggerProvider.shutdown()
      await Promise.all(exporters.map((exporter) => exporter.forceFlush?.()))
    },
  }
}
