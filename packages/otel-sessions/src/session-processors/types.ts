import type { Context } from '@opentelemetry/api'
import type { ExportableSpan, ValidationStats } from '@otel-sessions/exporter'

/** The methods of a span processor. Structural, so it fits every version of the SDK, and vendors' processors. */
export interface SpanProcessorLike {
  /** Called when a span starts. */
  onStart(span: never, parentContext: never): void
  /** Called, from SDK 2.3 on, when a span is about to end and can still be written to. */
  onEnding?(span: never): void
  /** Called when a span has ended. */
  onEnd(span: never): void
  /** Exports what has ended. */
  forceFlush(): Promise<void>
  /** Exports what has ended, and closes. */
  shutdown(): Promise<void>
}

/** What a processor of `sessionProcessors` counted. */
export interface ValidatingSpanProcessorStats {
  /** What the validation in front of all processors of the call counted, or that of the processor itself if it has one. */
  readonly session: ValidationStats | undefined
  /** How often a method of the processor threw. The application does not notice. */
  readonly failures: Readonly<Partial<Record<'onStart' | 'onEnding' | 'onEnd', number>>>
}

/**
 * What `sessionProcessors` returns for a span processor: that one, with validation in front of it. It passes spans that
 * start on as they are. A span that has ended is passed on as it is, too, if validation changes nothing, else as a copy.
 *
 * None of its methods throws; `forceFlush` and `shutdown` reject as those of the processor do.
 */
export interface ValidatingSpanProcessor {
  /** Passes a span that starts on, as it is. */
  onStart(span: object, parentContext: Context): void
  /** Passes a span that is about to end on, as it is. Only if the processor has the method. */
  readonly onEnding?: (span: object) => void
  /** Validates an ended span and passes it on, at once or when its trace is complete (`backfill`). */
  onEnd(span: ExportableSpan): void
  /** Passes on the spans that wait for their trace, then flushes the processor. */
  forceFlush(): Promise<void>
  /** Passes on the spans that wait for their trace, then shuts the processor down. */
  shutdown(): Promise<void>
  /** What was validated, changed, dropped and backfilled so far, what waits now, and what failed; plain data. */
  stats(): ValidatingSpanProcessorStats
}
