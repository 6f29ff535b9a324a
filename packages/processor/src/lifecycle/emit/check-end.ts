import type { HrTime } from '@opentelemetry/api'
import { SESSION_END_STATES, type SessionEndState } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import type { SessionEnd } from '../types.ts'
import { checkTime, isBefore, timeNow } from './check-time.ts'
import { checkText } from './check-values.ts'

/** How and when a session ended, checked. */
export interface CheckedEnd {
  readonly state: SessionEndState
  readonly reason: string | undefined
  readonly time: HrTime
}

/**
 * An end, checked: what is wrong in it is left out and counted. Never throws.
 *
 * @param start when the session began, where that is known: it ends no earlier
 */
export function checkEnd(end: unknown, start: HrTime | undefined): CheckedEnd {
  try {
    if (typeof end === 'object' && end !== null) return checked(end as SessionEnd, start)
    if (end !== undefined && end !== null) leftOut(kindOf(end))
  } catch {
    leftOut('an object that throws when it is read')
  }
  return { state: 'indeterminate', reason: undefined, time: notBefore(start, timeNow()) }
}

function leftOut(is: string): void {
  report('session-end:unreadable', () => {
    return `what was said about the end of a session is left out, and it is indeterminate: it is ${is}`
  })
}

function checked({ state, reason, time }: SessionEnd, start: HrTime | undefined): CheckedEnd {
  const given = checkTime(time)
  if (given !== undefined && start !== undefined && isBefore(given, start)) {
    report('session-end:before-start', () => {
      return 'the end of a session is before its start, and the start is taken: a session has no negative duration'
    })
  }
  return {
    state: checkState(state),
    reason: checkText('session-end:bad-reason', 'the reason of an end', reason),
    time: notBefore(start, given ?? timeNow()),
  }
}

/** A clock that was set back, too, gives no negative duration. */
const notBefore = (start: HrTime | undefined, time: HrTime) =>
  start !== undefined && isBefore(time, start) ? start : time

function checkState(state: unknown): SessionEndState {
  if (state === undefined || state === null) return 'indeterminate'
  const known = SESSION_END_STATES.find((one) => one === state)
  if (known !== undefined) return known
  report('session-end:bad-state', () => {
    return `the state of an end is left out, and it is indeterminate: it is ${kindOf(state)}, not one of ${SESSION_END_STATES.join(', ')}`
  })
  return 'indeterminate'
}
