import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'
import type { SessionExporterStats, ValidationStats } from '@otel-sessions/exporter'
import type { Deadlines } from '@otel-sessions/exporter/internal'
import type { DeliveryStats } from '@otel-sessions/exporter/persistent'
import type { SessionProcessorStats } from '@otel-sessions/processor'
import { LONGEST_TIMER_MILLIS, logUnheard, problemCounts, within } from '@otel-sessions/semconv/internal'

/** A provider of tracers that can be flushed and shut down, as those of the SDK can. */
export interface SessionsTracerProvider extends TracerProvider {
  /** Returns the tracer of an application or an instrumentation. */
  getTracer(name: string, version?: string, options?: TracerOptions): Tracer
  /** Exports the spans that have ended; `timeoutMillis` is the longest that the provider waits, by default 30 seconds. */
  forceFlush(options?: { readonly timeoutMillis?: number }): Promise<void>
  /** Exports the spans that have ended, and stops. */
  shutdown(): Promise<void>
}

/** What `registerSessions` set up, in numbers. Plain data. */
export interface RegisteredSessionsStats {
  /** What `SessionSpanProcessor` stamped; undefined if this package has set nothing up. */
  readonly stamping: SessionProcessorStats | undefined
  /** What validation, backends and backfill did; undefined if nothing is exported. */
  readonly validation: ValidationStats | undefined
  /** What became of the spans; undefined if none are sent by OTLP. */
  readonly delivery: Omit<DeliveryStats, 'session'> | undefined
  /** How often each problem occurred in this process, by its code. */
  readonly problems: Readonly<Record<string, number>>
}

/** What `registerSessions` returns. */
export interface RegisteredSessions {
  /** The provider of tracers that is registered; one that makes no spans with `OTEL_SDK_DISABLED=true`. */
  readonly provider: SessionsTracerProvider
  /**
   * Delivers the spans that have ended.
   *
   * @returns resolves when the endpoint has acknowledged them; rejects soon after the deadline `exportTimeoutMillis` at
   *   the latest, with what is left, which stays queued; rejects, too, if spans were lost
   */
  flush(): Promise<void>
  /**
   * Delivers the spans that have ended, and stops. No signal is handled: call it when your application ends on one. With
   * `directory`, what is not delivered stays in the journal for the next process.
   *
   * @returns the same promise to every caller; rejects soon after the deadline `shutdownTimeoutMillis` at the latest, or
   *   if spans are lost
   * @example process.once('SIGTERM', () => telemetry.shutdown().finally(() => process.exit()))
   */
  shutdown(): Promise<void>
  /** What was stamped, validated and delivered so far, and what went wrong; plain data. */
  stats(): RegisteredSessionsStats
}

/** What is asked for its counters. */
export interface CountingParts {
  readonly stamping?: { stats(): SessionProcessorStats } | undefined
  readonly delivery?: { stats(): DeliveryStats } | undefined
  /** Validation in front of another exporter. */
  readonly exporter?: { stats(): SessionExporterStats } | undefined
}

/**
 * A moment after a deadline: the parts say at the deadline what is left, the provider a second later who was late, and this
 * package two seconds later that nobody answered.
 */
const later = (millis: number, seconds: number): number =>
  Math.min(millis + seconds * 1000, LONGEST_TIMER_MILLIS)

/** Makes what `registerSessions` returns. Its promises settle at the deadlines, whatever the provider does. */
export function telemetryOf(
  provider: SessionsTracerProvider,
  deadlines: Deadlines,
  parts: CountingParts = {},
): RegisteredSessions {
  let shutdown: Promise<void> | undefined
  const settle = async (what: string, millis: number, settles: () => Promise<void>) => {
    try {
      await within(later(millis, 2), what, settles())
    } catch (error) {
      throw oneError(what, error)
    }
  }
  return {
    provider,
    flush() {
      const timeoutMillis = later(deadlines.flushMillis, 1)
      return settle('flush', deadlines.flushMillis, () => provider.forceFlush({ timeoutMillis }))
    },
    shutdown() {
      shutdown ??= settle('shutdown', deadlines.shutdownMillis, () => provider.shutdown())
      return shutdown
    },
    stats: () => statsOf(parts),
  }
}

/** The SDK's provider rejects with an array. */
function oneError(what: string, error: unknown): unknown {
  if (!Array.isArray(error)) return error
  return error.length === 1 ? error[0] : new AggregateError(error, `${what}: several processors failed`)
}

function statsOf({ stamping, delivery, exporter }: CountingParts): RegisteredSessionsStats {
  logUnheard()
  const delivered = delivery?.stats()
  const { session, ...counts } = delivered ?? {}
  const { failures: _, ...exported } = exporter?.stats() ?? {}
  return {
    stamping: stamping?.stats(),
    validation: session ?? (exporter && (exported as ValidationStats)),
    delivery: delivered === undefined ? undefined : (counts as Omit<DeliveryStats, 'session'>),
    problems: problemCounts(),
  }
}
