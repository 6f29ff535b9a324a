import type { UsageSpan } from './usage.ts'

/** The part of an ended span that is counted. Structural: the same for every line of the SDK. */
export interface EndedSpan extends UsageSpan {
  /** The words of a session are told by it. */
  readonly name: string
  /** Seconds and nanoseconds since the epoch. */
  readonly startTime: readonly number[]
  /** Seconds and nanoseconds since the epoch. */
  readonly endTime: readonly number[]
  /** Which span it is. */
  spanContext(): { readonly traceId: string; readonly spanId: string }
  /** The parent, from SDK 2 on. */
  readonly parentSpanContext?:
    | { readonly spanId: string; readonly isRemote?: boolean | undefined }
    | undefined
  /** The parent, in SDK 1. */
  readonly parentSpanId?: string | undefined
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
