import { type ProcessStats, processStats } from './report/process-stats.ts'

/** What a `SessionSpanProcessor` counted. */
export interface SessionProcessorStats {
  /** Spans by what they had at their start. */
  readonly started: {
    /** A statement: a scope's, the span's own, or an inherited one. */
    readonly explicit: number
    /** Stated absence. */
    readonly cleared: number
    /** A hint: an alias, or the parent's. */
    readonly inferred: number
    /** Nothing. */
    readonly withoutSession: number
  }
  /** What the late rules did. Where the SDK has no `onEnding`, the exporter's gate writes it on the spans. */
  readonly late: {
    /** Spans that took a session that was written on them later. */
    readonly named: number
    /** Spans that took the session that their children agreed on. */
    readonly fromChildren: number
    /** Spans that nobody names, and that took the process's session (`defaultSession`). */
    readonly defaulted: number
    /** Stated sessions that something wrote over, and that were put back. */
    readonly restored: number
    /** Stated sessions that something wrote over, and that were left so (`onOverwrite: 'accept'`). */
    readonly accepted: number
    /** Spans on which our metadata was merged under what replaced it; not counted where the gate does it. */
    readonly metadataMerged: number
  }
  /** Spans that were left alone because another processor's record was on them. */
  readonly skipped: number
  /** Times that reading or stamping a span threw. */
  readonly failed: number
  /** What the helpers met; the same for all processors of the process. */
  readonly process: ProcessStats
}

/** The counters behind `SessionProcessorStats`. */
export interface Counters {
  explicit: number
  cleared: number
  inferred: number
  none: number
  late: number
  'from-children': number
  default: number
  restored: number
  accepted: number
  metadataMerged: number
  skipped: number
  failed: number
}

export const newCounters = (): Counters => ({
  explicit: 0,
  cleared: 0,
  inferred: 0,
  none: 0,
  late: 0,
  'from-children': 0,
  default: 0,
  restored: 0,
  accepted: 0,
  metadataMerged: 0,
  skipped: 0,
  failed: 0,
})

export function statsOf(counters: Counters): SessionProcessorStats {
  return {
    started: {
      explicit: counters.explicit,
      cleared: counters.cleared,
      inferred: counters.inferred,
      withoutSession: counters.none,
    },
    late: {
      named: counters.late,
      fromChildren: counters['from-children'],
      defaulted: counters.default,
      restored: counters.restored,
      accepted: counters.accepted,
      metadataMerged: counters.metadataMerged,
    },
    skipped: counters.skipped,
    failed: counters.failed,
    process: processStats(),
  }
}
