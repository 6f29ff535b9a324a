import type { ValidationStats } from './validation/stats.ts'

/** Why a call of the wrapped exporter counts as failed. */
export type FailureReason = 'result' | 'threw' | 'timed-out' | 'second-callback' | 'after-shutdown'

/** What a `SessionSpanExporter` counted. */
export interface SessionExporterStats extends ValidationStats {
  /** Calls of the wrapped exporter that failed, by reason; `second-callback` counts calls, not failures. */
  readonly failures: Readonly<Partial<Record<FailureReason, number>>>
}
