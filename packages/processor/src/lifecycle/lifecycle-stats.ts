import type { SessionEndState, SessionSpanKind } from '@otel-sessions/semconv'

/** What became of the sessions of this process, for all processors, since the module was loaded. */
export interface SessionLifecycleStats {
  /** Sessions that `startSession` started. */
  readonly started: number
  /** Sessions that `resumeSession` took up. */
  readonly resumed: number
  /** Sessions that were ended, by how. */
  readonly ended: Readonly<Record<SessionEndState, number>>
  /** Sessions that are over because another one was started with their ID as its previous one. */
  readonly replaced: number
  /** Sessions that are open, and will be ended at the shutdown. */
  readonly open: number
  /** Open sessions that will not be ended at the shutdown: there were too many. */
  readonly forgotten: number
  /** Words that were given to the tracer, by kind. Whether they were sampled, and arrived, is not known here. */
  readonly sent: Readonly<Record<SessionSpanKind, number>>
  /** Those among them that came after the end. */
  readonly late: number
  /** Ends of sessions that had ended before. */
  readonly endedAgain: number
}

type Counted = Exclude<keyof SessionLifecycleStats, 'ended' | 'sent'>

// What was counted is the only state of this module. Nothing here decides a session.
const counters: Record<Counted, number> = {
  started: 0,
  resumed: 0,
  replaced: 0,
  open: 0,
  forgotten: 0,
  late: 0,
  endedAgain: 0,
}
const ended: Record<SessionEndState, number> = { success: 0, failure: 0, indeterminate: 0 }
const sent: Record<SessionSpanKind, number> = {
  start: 0,
  event: 0,
  feedback: 0,
  metric: 0,
  attachment: 0,
  end: 0,
}

export function count(what: Counted, by = 1): void {
  counters[what] += by
}

export function countEnded(state: SessionEndState): void {
  ended[state]++
}

export function countSent(kind: SessionSpanKind, late: boolean): void {
  sent[kind]++
  if (late) counters.late++
}

/**
 * What became of the sessions of this process; plain data. What was wrong with them is counted by `processStats()`.
 */
export function lifecycleStats(): SessionLifecycleStats {
  return { ...counters, ended: { ...ended }, sent: { ...sent } }
}
