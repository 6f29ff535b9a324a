/** The part of an ended span that the gate reads. Structural: the same for every line of the SDK. */
export interface ExportableSpan {
  /** The span's context, with the processor's record on it, if there is one. */
  spanContext(): object
  /** What was written until the span ended. Never changed here. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The result of an export: code 0 is success, 1 is failure. */
export interface ExportResult {
  /** 0 or 1. */
  readonly code: number
  /** Why it failed. */
  readonly error?: Error
}

/** Any span exporter of OpenTelemetry JS: OTLP over HTTP or gRPC, console, in memory, a vendor's. */
export interface SpanExporterLike<S> {
  /** Ships a batch, and calls back once. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void
  /** Ships what is left, and closes. */
  shutdown(): Promise<void>
  /** Ships what is left. */
  forceFlush?(): Promise<void>
}
