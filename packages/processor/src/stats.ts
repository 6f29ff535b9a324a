import { copyOf } from '@otel-sessions/semconv/internal'
import { type ProcessStats, processStats } from './report/process-stats.ts'

/** What a `SessionSpanProcessor` counted. */
export interface SessionProcessorStats {
  /** Spans by the session that they had at their start. */
  readonly started: {
    /** Spans with an explicit session: from a scope, set on the span itself, or inherited. */
    readonly explicit: number
    /** Spans whose session was cleared. */
    readonly cleared: number
    /** Spans with an inferred session: from an alias, another library, or the parent. */
    readonly inferred: number
    /** Spans without a session. */
    readonly withoutSession: number
  }
  /** What changed when spans ended. Where the SDK has no `onEnding`, `SessionSpanExporter` writes the results. */
  readonly late: {
    /** Spans that took a session ID or an alias written on them after their start. */
    readonly named: number
    /** Spans that took the session that their children agree on. */
    readonly fromChildren: number
    /** Spans without a session that took the default session of the process. */
    readonly defaulted: number
    /**
     * Spans of LangChain that had started in another request's session, and got the one that LangChain names. It is 0
     * where LangChain's callbacks keep their session; see `keepSessionInLangChain`.
     */
    readonly reassigned: number
    /** Explicit sessions that were overwritten, and restored. */
    readonly restored: number
    /** Explicit sessions that were overwritten, and left so (`onOverwrite: 'accept'`). */
    readonly accepted: number
    /** Spans on which metadata was merged with what overwrote it; not counted where the exporter does it. */
    readonly metadataMerged: number
  }
  /** Spans that were skipped, because another `SessionSpanProcessor` had stamped them. */
  readonly skipped: number
  /** How often reading or stamping a span threw. */
  readonly failed: number
  /** What `processStats()` returns; the same for all processors of the process. */
  readonly process: ProcessStats
}

/** The counters behind `SessionProcessorStats`: spans by the kind of their record, and by how it was resolved. */
export const newCounters = () => ({
  started: { explicit: 0, cleared: 0, inferred: 0, withoutSession: 0 },
  late: {
    named: 0,
    fromChildren: 0,
    defaulted: 0,
    reassigned: 0,
    restored: 0,
    accepted: 0,
    metadataMerged: 0,
  },
  skipped: 0,
  failed: 0,
})

export type Counters = ReturnType<typeof newCounters>

export const statsOf = (counters: Counters): SessionProcessorStats => ({
  ...copyOf(counters),
  process: processStats(),
})
