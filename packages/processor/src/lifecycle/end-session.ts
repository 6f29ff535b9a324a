import type { Attributes } from '@opentelemetry/api'
import { ATTR_SESSION_END_REASON, ATTR_SESSION_END_STATE } from '@otel-sessions/semconv'
import { report } from '../report/report.ts'
import { type CheckedEnd, checkEnd } from './emit/check-end.ts'
import { sayEvent } from './emit/emit-event.ts'
import { reportNoSession, say } from './emit/emit-span.ts'
import { count, countEnded } from './lifecycle-stats.ts'
import { type OpenSession, takeOpen } from './open-sessions.ts'
import { type SessionState, statedBy } from './session-state.ts'

/** A session that was started here, as it is kept while it is open. */
export class StartedSession implements OpenSession {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  get id(): string | undefined {
    return this.#state.id
  }

  endBecause(reason: string): void {
    endSession(this.#state, { state: 'indeterminate', reason })
  }

  /** It is over by the word of somebody else: another object of the same ID, or the session that follows. */
  isOver(end: Pick<CheckedEnd, 'state' | 'reason'>): void {
    this.#state.ended ??= Object.freeze({ state: end.state, reason: end.reason })
  }
}

/** Ends a session; the first end holds. Never throws. */
export function endSession(state: SessionState, end: unknown): void {
  if (state.ended !== undefined) {
    count('endedAgain')
    report('session-end:again', () => 'a session is ended that has ended; the first end holds')
    return
  }
  const checked = checkEnd(end, state.start)
  // Before the word is sent: whoever hears of it may end the session in turn. The word itself is not late.
  const stated = statedBy(state)
  state.ended = Object.freeze({ state: checked.state, reason: checked.reason })
  if (state.id === undefined) {
    reportNoSession()
    return
  }
  const before = takeOpen(state.id)
  if (before instanceof StartedSession) before.isOver(checked)
  countEnded(checked.state)
  const attributes = endAttributes(checked)
  const context = say(state, 'end', attributes, checked.time, stated)
  sayEvent(state, 'end', attributes, checked.time, context)
}

function endAttributes({ state, reason }: CheckedEnd): Attributes & Record<string, string> {
  return {
    [ATTR_SESSION_END_STATE]: state,
    ...(reason === undefined ? {} : { [ATTR_SESSION_END_REASON]: reason }),
  }
}

/** The session before this one is over: that is what a start with its ID says. */
export function endPrevious(id: string): void {
  const before = takeOpen(id)
  if (!(before instanceof StartedSession)) return
  before.isOver({ state: 'indeterminate', reason: 'replaced' })
  count('replaced')
}
