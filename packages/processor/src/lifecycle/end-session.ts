import type { Attributes } from '@opentelemetry/api'
import { ATTR_SESSION_END_REASON, ATTR_SESSION_END_STATE } from '@otel-sessions/semconv'
import { sessionCounters } from '../report/process-stats.ts'
import { report } from '../report/report.ts'
import { type CheckedEnd, checkEnd } from './emit/check-arguments.ts'
import { emitEvent, emitSpan } from './emit/emit-span.ts'
import { type OpenSession, takeOpen } from './open-sessions.ts'
import { currentSession, type SessionState } from './session-state.ts'
import type { SessionEnded } from './types.ts'

/** A started session, as it is kept while it is open. */
export function openSession(state: SessionState): OpenSession {
  return {
    id: state.id,
    end: (reason) => endSession(state, { state: 'indeterminate', reason }),
    noteEnd(end) {
      state.ended ??= end
    },
  }
}

/** Ends a session. Only the first end of an object counts, and a rejected one is none. Never throws. */
export function endSession(state: SessionState, end: unknown): void {
  if (state.ended !== undefined) {
    sessionCounters().endedAgain++
    report('session-end:again', () => 'a session ended before: only the first end counts')
    return
  }
  const checked = checkEnd(end, state.start)
  if (checked === undefined) return
  // Set before the span is emitted, because a span processor may end the session in turn. The span itself is not late.
  const session = currentSession(state)
  state.ended = endedBy(checked)
  takeOpen(state.id)?.noteEnd(state.ended)
  sessionCounters().ended[checked.state]++
  const attributes = endAttributes(checked)
  const context = emitSpan(state, 'end', attributes, checked.time, session)
  emitEvent(state, 'end', attributes, checked.time, context)
}

/** What `ended` shows of a session. */
export function endedBy({ state, reason }: SessionEnded): SessionEnded {
  return Object.freeze({ state, reason })
}

function endAttributes({ state, reason }: CheckedEnd): Attributes & Record<string, string> {
  return {
    [ATTR_SESSION_END_STATE]: state,
    ...(reason === undefined ? {} : { [ATTR_SESSION_END_REASON]: reason }),
  }
}

/** Ends the session that a new one replaces. It emits nothing: the start of the new one contains its ID. */
export function endPrevious(id: string): void {
  const before = takeOpen(id)
  if (before === undefined) return
  before.noteEnd(endedBy({ state: 'indeterminate', reason: 'replaced' }))
  sessionCounters().replaced++
}
