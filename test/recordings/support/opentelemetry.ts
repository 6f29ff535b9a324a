/** The exports of a workspace's `opentelemetry.ts`: its own copies, which its libraries use as well. */
export interface OpenTelemetry {
  readonly api: typeof import('@opentelemetry/api')
  readonly logs: typeof import('@opentelemetry/api-logs').logs
  readonly AsyncLocalStorageContextManager: typeof import('@opentelemetry/context-async-hooks').AsyncLocalStorageContextManager
  readonly OTLPTraceExporter: typeof import('@opentelemetry/exporter-trace-otlp-http').OTLPTraceExporter
  /** The constructor of `@opentelemetry/exporter-logs-otlp-http`, which the root does not install. */
  readonly OTLPLogExporter: new (options: {
    url: string
  }) => import('@opentelemetry/sdk-logs').LogRecordExporter
  readonly registerInstrumentations: typeof import('@opentelemetry/instrumentation').registerInstrumentations
  readonly resourceFromAttributes: typeof import('@opentelemetry/resources').resourceFromAttributes
  readonly BatchLogRecordProcessor: typeof import('@opentelemetry/sdk-logs').BatchLogRecordProcessor
  readonly LoggerProvider: typeof import('@opentelemetry/sdk-logs').LoggerProvider
  readonly BasicTracerProvider: typeof import('@opentelemetry/sdk-trace-base').BasicTracerProvider
  readonly BatchSpanProcessor: typeof import('@opentelemetry/sdk-trace-base').BatchSpanProcessor
}
