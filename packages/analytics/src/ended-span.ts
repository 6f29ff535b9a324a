import type { UsageSpan } from './usage/span-usage.ts'

/** Which span it is. */
export interface SpanIdentity {
  /** Of its trace; 32 hexadecimal digits. */
  readonly traceId: string
  /** Its own; 16 hexadecimal digits. */
  readonly spanId: string
}

/** The parent of a span. */
export interface ParentIdentity {
  /** Its ID; 16 hexadecimal digits. */
  readonly spanId: string
  /** Whether it is another process's. */
  readonly isRemote?: boolean | undefined
}

/** What made a span. */
export interface SpanScope {
  /** The name of the tracer. */
  readonly name: string
}

/** The part of an ended span that is counted. Structural: the same for every line of the SDK. */
export interface EndedSpan extends UsageSpan {
  /** The words of a session are told by it and by the scope. */
  readonly name: string
  /** Seconds and nanoseconds since the epoch. */
  readonly startTime: readonly number[]
  /** Seconds and nanoseconds since the epoch. */
  readonly endTime: readonly number[]
  /** Which span it is. */
  spanContext(): SpanIdentity
  /** The parent, from SDK 2 on. */
  readonly parentSpanContext?: ParentIdentity | undefined
  /** The parent, in SDK 1, which does not say whether it is another process's. */
  readonly parentSpanId?: string | undefined
  /** 1 serves, 4 consumes; asked where `parentSpanContext` is not there. */
  readonly kind?: number | undefined
  /** What made it, from SDK 2 on: only what `startSession` made is a word of a session, or what shows no scope. */
  readonly instrumentationScope?: SpanScope | undefined
  /** What made it, in SDK 1. */
  readonly instrumentationLibrary?: SpanScope | undefined
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
