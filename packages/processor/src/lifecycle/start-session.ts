import type { HrTime } from '@opentelemetry/api'
import {
  ATTR_METADATA,
  ATTR_SESSION_NAME,
  ATTR_SESSION_PREVIOUS_ID,
  checkSessionId,
  createSessionId,
} from '@otel-sessions/semconv'
import { logUnheard } from '@otel-sessions/semconv/internal'
import { sessionCounters } from '../report/process-stats.ts'
import { report, reportInvalidId, reportWeakId } from '../report/report.ts'
import { checkFields, isInit, readField, reportUnknownField } from '../scope/check-session.ts'
import { fieldsForAnother } from '../scope/scope.ts'
import type { SessionFields } from '../scope/session-init.ts'
import { checkText, checkTime, NAME_MAX_LENGTH, timeNow } from './emit/check-values.ts'
import { emitEvent, emitSpan } from './emit/emit-span.ts'
import { endPrevious, openSession } from './end-session.ts'
import { addOpen } from './open-sessions.ts'
import { objectWithoutSession, sessionObject } from './session-object.ts'
import { type SessionOptions, sessionSettings } from './session-options.ts'
import { newState, withinMetadataLimit } from './session-state.ts'
import type { Session, SessionResume, SessionStart } from './types.ts'

/**
 * Starts a session: emits `session.start`, and returns the session as an object. Up to 10,000 sessions that are open
 * when the provider shuts down end as `indeterminate`, with the reason `shutdown`. This needs a `SessionSpanProcessor`
 * on the provider, and a sampler that lets spans named `session.*` pass; so does the session on spans of `run` and
 * `trace`.
 *
 * Never throws because of `session`: invalid parts are left out, counted, and logged once. An invalid ID is not
 * replaced: then the object has no session, `id` is the empty string, and every call on it is counted.
 *
 * @param session the session ID, or an object with it and more. A UUID v7 is created only where the ID is missing
 * @param options wrong ones throw
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example const session = startSession({ userId: 'user_123', tags: ['beta'] })
 */
export function startSession(session?: string | SessionStart, options?: SessionOptions): Session {
  const settings = sessionSettings('startSession', options)
  const start = checkInit(session, START_FIELDS, checkStart)
  if (start?.id === undefined) return objectWithoutSession(settings)
  const { id, fields, time, name, previousSessionId } = start
  const state = newState(id, settings, fields, time)
  sessionCounters().started++
  if (previousSessionId !== undefined) endPrevious(previousSessionId)
  addOpen(openSession(state))
  const previous = previousSessionId === undefined ? {} : { [ATTR_SESSION_PREVIOUS_ID]: previousSessionId }
  const named = name === undefined ? {} : { [ATTR_SESSION_NAME]: name }
  const context = emitSpan(state, 'start', { ...named, ...previous }, time)
  emitEvent(state, 'start', previous, time, context)
  return sessionObject(state)
}

/**
 * Resumes a session that exists, such as one of another process. Everything works by the ID alone, so this emits
 * nothing. Only `end` ends a resumed session: the shutdown of the provider and `await using` do not.
 *
 * Never throws because of `session`: invalid parts are left out, counted, and logged once. With an invalid ID the object
 * has no session: `id` is the empty string, functions run without a session, and every call is counted.
 *
 * @param session the session ID, or an object with it and what is known of the session
 * @param options wrong ones throw
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example resumeSession(request.body.sessionId).feedback({ score: 1, label: 'helpful' })
 */
export function resumeSession(session: string | SessionResume, options?: SessionOptions): Session {
  const settings = sessionSettings('resumeSession', options)
  const resumed = checkInit(session, RESUME_FIELDS, checkResume)
  if (resumed?.id === undefined) return objectWithoutSession(settings)
  sessionCounters().resumed++
  return sessionObject(newState(resumed.id, settings, resumed.fields))
}

interface CheckedResume {
  /** Undefined where it is invalid. */
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}

interface CheckedStart extends CheckedResume {
  readonly name: string | undefined
  readonly previousSessionId: string | undefined
  readonly time: HrTime
}

const RESUME_FIELDS = ['sessionId', 'userId', 'tags', 'metadata'] satisfies (keyof SessionResume)[]
const START_FIELDS = [
  ...RESUME_FIELDS,
  'name',
  'previousSessionId',
  'startTime',
] satisfies (keyof SessionStart)[]

/** Checks what a session is started or resumed with; undefined where reading it throws. Never throws. */
function checkInit<T>(session: unknown, known: readonly string[], check: (init: SessionStart) => T) {
  logUnheard()
  try {
    if (typeof session !== 'object' || session === null || !isInit(session, known)) {
      return check({ sessionId: session as string })
    }
    for (const key of Object.keys(session)) {
      if (!known.includes(key)) reportUnknownField(key, known)
    }
    return check(session)
  } catch {
    report('session:unreadable', () => 'no session is started or resumed: reading its argument throws')
    return undefined
  }
}

function checkStart(init: SessionStart): CheckedStart {
  const sessionId = readField(init, 'sessionId')
  const id = sessionId === undefined ? createSessionId() : checkId(sessionId)
  const fields = checkFields(init)
  return {
    id,
    name: checkText(
      'session-start:bad-name',
      'the name of a session',
      readField(init, 'name'),
      NAME_MAX_LENGTH,
    ),
    previousSessionId: checkPrevious(fields?.[ATTR_SESSION_PREVIOUS_ID], id),
    fields: ownFields(fields),
    time: checkTime(readField(init, 'startTime')) ?? timeNow(),
  }
}

function checkResume(init: SessionStart): CheckedResume {
  return { id: checkId(readField(init, 'sessionId')), fields: ownFields(checkFields(init)) }
}

function checkId(id: unknown): string | undefined {
  const check = checkSessionId(id)
  if (!check.ok) {
    reportInvalidId(
      'session-id',
      'no session is started or resumed: its session ID is invalid',
      id,
      check.reason,
    )
    return undefined
  }
  reportWeakId(check.id)
  return check.id
}

function checkPrevious(previous: string | null | undefined, id: string | undefined): string | undefined {
  if (typeof previous !== 'string') return undefined
  if (previous !== id) return previous
  report('session-start:same-previous', () => {
    return 'previousSessionId is left out: it is the ID of the session itself'
  })
  return undefined
}

/** The fields that spans of the session carry: the previous session is on `session.start` only. */
function ownFields(fields: SessionFields | undefined): SessionFields | undefined {
  if (fields === undefined) return undefined
  const { [ATTR_METADATA]: metadata, ...own } = fieldsForAnother(fields)
  const kept = withinMetadataLimit(metadata)
  if (kept !== undefined) return { ...own, [ATTR_METADATA]: kept }
  return Object.keys(own).length > 0 ? own : undefined
}
