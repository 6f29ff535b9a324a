import type { SessionEndState, SessionSpanKind } from '@otel-sessions/semconv'
import { copyOf, processState } from '@otel-sessions/semconv/internal'
import { type ProblemCounts, problemCounts } from './report.ts'

/** What this package counted in this process, whichever provider, processor or copy of the package met it. */
export interface ProcessStats {
  /** How often each problem occurred, by its code: a rejected ID, a missing context manager, and so on. */
  readonly problems: ProblemCounts
  /** What became of the sessions of `startSession` and `resumeSession`. */
  readonly sessions: SessionCounts
}

/** What became of the sessions of `startSession` and `resumeSession`. */
export interface SessionCounts {
  /** Sessions that `startSession` started. */
  readonly started: number
  /** Sessions that `resumeSession` resumed. */
  readonly resumed: number
  /** Sessions that were ended, by state. */
  readonly ended: Readonly<Record<SessionEndState, number>>
  /** Sessions that are over because another one was started with their ID as its previous one. */
  readonly replaced: number
  /** Sessions that are open now. They are ended when the provider shuts down. */
  readonly open: number
  /** Sessions that are not ended when the provider shuts down, because too many were open. */
  readonly forgotten: number
  /** Session spans that were given to the tracer, by kind. A sampler may still drop them. */
  readonly sent: Readonly<Record<SessionSpanKind, number>>
  /** Session spans among them that came after the session's end. */
  readonly late: number
  /** Ends of sessions that had ended before. */
  readonly endedAgain: number
}

type Counters<T> = { -readonly [K in keyof T]: T[K] extends number ? number : Counters<T[K]> }

const COUNTERS = 'sessions'

/** The counters behind `processStats().sessions`, shared by all copies of this package. */
export function sessionCounters(): Counters<SessionCounts> {
  const { counters } = processState()
  let found = counters.get(COUNTERS) as Counters<SessionCounts> | undefined
  if (found === undefined) {
    found = {
      started: 0,
      resumed: 0,
      ended: { success: 0, failure: 0, indeterminate: 0 },
      replaced: 0,
      open: 0,
      forgotten: 0,
      sent: { start: 0, event: 0, feedback: 0, metric: 0, attachment: 0, end: 0 },
      late: 0,
      endedAgain: 0,
    }
    counters.set(COUNTERS, found)
  }
  return found
}

/**
 * What this package counted in this process, as plain data.
 *
 * @example processStats().problems['context:no-manager'] // undefined, or how often
 */
export function processStats(): ProcessStats {
  return { problems: problemCounts(), sessions: copyOf(sessionCounters()) }
}
