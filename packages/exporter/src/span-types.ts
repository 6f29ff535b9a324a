/** The part of an ended span that is read here. Structural, so it fits every version of the SDK. */
export interface ExportableSpan {
  /** The span's context; `SessionSpanProcessor` leaves its record on it. */
  spanContext(): object
  /** The attributes at the end of the span. They are never changed here. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The result of an export. */
export interface ExportResult {
  /** 0 is success, 1 is failure. */
  readonly code: number
  /** Why it failed. */
  readonly error?: Error
}

/** Any span exporter of OpenTelemetry JS: OTLP over HTTP or gRPC, console, in memory, a vendor's. */
export interface SpanExporterLike<S> {
  /** Exports a batch, and calls back once. */
  export(spans: S[], resultCallback: (result: ExportResult) => void): void
  /** Exports what is left, and closes. */
  shutdown(): Promise<void>
  /** Exports what is left. */
  forceFlush?(): Promise<void>
}
