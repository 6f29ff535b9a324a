/** OpenTelemetry as an ESM application sets it up by hand, with the copies in the program's folder. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Program } from '../program.ts'
import { InFlightExporter } from './in-flight-exporter.ts'
import { importFile, type OpenTelemetry } from './opentelemetry.ts'
import type { Recorder } from './recorder.ts'
import type { Sessions } from './sessions.ts'

export interface TelemetryConfig {
  readonly folder: string
  readonly collectorUrl: string
  /** Registers the framework's own processors before ours. */
  readonly theirsFirst: boolean
}

export interface Telemetry {
  /** Only `provider.forceFlush()`; spans that it does not export are not delivered. */
  flush(): Promise<void>
  shutdown(): Promise<void>
  /** For frameworks that ship their spans past the provider: another exporter, validated, too. */
  newExporter(): SpanExporter
}

export async function startTelemetry(
  { folder, collectorUrl, theirsFirst }: TelemetryConfig,
  program: Program,
  recorder: Recorder,
  sessions: Sessions,
): Promise<Telemetry> {
  const otel = await importFile<OpenTelemetry>(folder, 'opentelemetry.ts')
  const { api } = otel
  const exporters: InFlightExporter[] = []
  const newExporter = () => {
    const exporter = new InFlightExporter(
      new otel.OTLPTraceExporter({ url: collectorUrl, timeoutMillis: 120_000 }),
    )
    exporters.push(exporter)
    return sessions.validate(exporter)
  }
  const theirs = program.processors?.() ?? []
  const provider = new otel.BasicTracerProvider({
    resource: otel.resourceFromAttributes({ 'service.name': 'frameworks' }),
    spanProcessors: [
      ...(theirsFirst ? theirs : []),
      ...sessions.processors,
      ...(theirsFirst ? [] : theirs),
      // After all processors that stamp at start, to see their attributes.
      recorder,
      // Often, so that most spans reach our exporter while others of their trace are still open.
      new otel.BatchSpanProcessor(newExporter(), { scheduledDelayMillis: 20 }),
    ],
  })
  api.context.setGlobalContextManager(new otel.AsyncLocalStorageContextManager().enable())
  api.propagation.setGlobalPropagator(new otel.W3CTraceContextPropagator())
  api.trace.setGlobalTracerProvider(provider)
  otel.registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new otel.HttpInstrumentation(),
      new otel.UndiciInstrumentation(),
      ...(program.instrumentations?.() ?? []),
    ],
  })
  // instrumentation-http patches on the first require; an import alone never triggers it.
  createRequire(import.meta.url)('node:http')
  syncBuiltinESMExports()
  return {
    async flush() {
      await provider.forceFlush()
      // The batch processor's flush does not wait for an earlier batch in flight.
      await Promise.all(exporters.map((exporter) => exporter.answered()))
    },
    shutdown: () => provider.shutdown(),
    newExporter,
  }
}
