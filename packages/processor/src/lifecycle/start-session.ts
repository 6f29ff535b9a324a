import { ATTR_SESSION_NAME, ATTR_SESSION_PREVIOUS_ID, checkSessionId } from '@otel-sessions/semconv'
import { reportInvalidId, reportWeakId } from '../report/report.ts'
import { checkStart } from './check-start.ts'
import { sayEvent } from './emit/emit-event.ts'
import { say } from './emit/emit-span.ts'
import { endPrevious, StartedSession } from './end-session.ts'
import { count } from './lifecycle-stats.ts'
import { addOpen } from './open-sessions.ts'
import { sessionObject } from './session-object.ts'
import { type SessionOptions, sessionSettings } from './session-options.ts'
import type { SessionState } from './session-state.ts'
import type { Session, SessionStart } from './types.ts'

/**
 * Starts a session: says `session.start`, and gives the session as an object. It is kept, with at most 10,000
 * others, until it ends: one that is open when the provider shuts down is ended as `indeterminate`, for the reason
 * `shutdown`. That, and the session on the spans of `run` and `trace`, needs a `SessionSpanProcessor` on the provider
 * that has seen a word of the session: a sampler should let the spans named `session.*` pass.
 *
 * @param init what is known of it. Never throws for it: what is wrong is left out, counted and said once. In place
 *   of an ID that is not valid a UUID v7 is made
 * @param options wrong ones throw
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example const session = startSession({ userId: 'user_123', tags: ['beta'] })
 */
export function startSession(init?: SessionStart, options?: SessionOptions): Session {
  const settings = sessionSettings('startSession', options)
  const start = checkStart(init)
  const { id, fields, time, name, previousSessionId } = start
  const state: SessionState = { id, settings, start: time, fields, ended: undefined, checked: undefined }
  count('started')
  if (previousSessionId !== undefined) endPrevious(previousSessionId)
  addOpen(new StartedSession(state))
  const previous = previousSessionId === undefined ? {} : { [ATTR_SESSION_PREVIOUS_ID]: previousSessionId }
  const named = name === undefined ? {} : { [ATTR_SESSION_NAME]: name }
  const context = say(state, 'start', { ...named, ...previous }, time)
  sayEvent(state, 'start', previous, time, context)
  return sessionObject(state)
}

/**
 * Takes up a session that began elsewhere: in another process, or yesterday. Everything works by the ID alone, so
 * nothing is said by this, and nothing is known of its user, its tags and its metadata. It is never ended but by
 * `end`: not when the provider shuts down, and not by `await using`.
 *
 * @param id the session ID. Never throws for it: with an ID that is not valid, `id` is the empty string, what is run
 *   belongs to no session (as in `usingSession`), and what is said is not sent, but counted
 * @param options wrong ones throw
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example resumeSession(request.body.sessionId).feedback({ score: 1, label: 'helpful' })
 */
export function resumeSession(id: string, options?: SessionOptions): Session {
  const settings = sessionSettings('resumeSession', options)
  count('resumed')
  return sessionObject({
    id: checkedId(id),
    settings,
    start: undefined,
    fields: undefined,
    ended: undefined,
    checked: undefined,
  })
}

function checkedId(id: unknown): string | undefined {
  const check = checkSessionId(id)
  if (!check.ok) {
    reportInvalidId('session-id', 'a session ID is refused, so no session is resumed', id, check.reason)
    return undefined
  }
  reportWeakId(check.id)
  return check.id
}
