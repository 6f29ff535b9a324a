/** The part of an ended span that the gate reads. Structural: the same for every line of the SDK. */
export interface ExportableSpan {
  spanContext(): object
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The result of an export: code 0 is success, 1 is failure. */
export interface ExportResult {
  readonly code: number
  readonly error?: Error
}

/** Any span exporter of OpenTelemetry JS: OTLP over HTTP or gRPC, console, in memory, a vendor's. */
export interface SpanExporterLike<S> {
  export(spans: S[], resultCallback: (result: ExportResult) => void): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}
