import { checkSessionId } from '@otel-sessions/semconv'
import { isPlainSessionId, kindOf } from '@otel-sessions/semconv/internal'
import { advise } from './advise.ts'
import { checkFields } from './check-fields.ts'
import type { MetadataValue, SessionFields } from './fields.ts'
import { reportRefusedId } from './refused.ts'
import { report } from './report.ts'

/** What `usingSession` and its siblings may be told about a session. */
export interface SessionInit {
  /**
   * The session. `null`, and everything that is no valid session ID, states that there is none; so does
   * `undefined` where the property is there. Without the property the session in force stays.
   */
  readonly sessionId?: string | null | undefined
  /** The conversation inside the session. Same rule as a session ID. A new session drops the outer one. */
  readonly conversationId?: string | null | undefined
  /** The end user. Same rule as a session ID. `null`, or an ID that is refused, takes the outer one away. */
  readonly userId?: string | null | undefined
  /** The session before this one; for a session's start event, never stamped on spans. Same rule as a session ID. */
  readonly previousSessionId?: string | null | undefined
  /** Free metadata: strings, finite numbers, booleans. Merged key by key in nested scopes; 4 kB as JSON. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** Tags: non-empty strings of at most 200 characters, at most 32. United in nested scopes. */
  readonly tags?: readonly string[] | undefined
}

/** A session as it was given, checked: a stated ID, stated absence, or fields alone. */
export interface CheckedSession {
  readonly states: 'session' | 'cleared' | 'nothing'
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}

const FIELDS = ['sessionId', 'conversationId', 'userId', 'previousSessionId', 'metadata', 'tags'] as const
const ABSENCE: CheckedSession = { states: 'cleared', id: undefined, fields: undefined }

/** Checks what was given as a session. Never throws, whatever it is; what is no session is absence. */
export function checkSession(session: unknown): CheckedSession {
  if (typeof session === 'string') return checkedId(session, undefined)
  if (session === null) return ABSENCE
  try {
    if (typeof session === 'object' && isInit(session)) return checkInit(session as SessionInit)
  } catch {
    report('session:unreadable', () => 'a session is refused: reading it throws')
    return ABSENCE
  }
  return checkedId(session, undefined)
}

// A forgotten `await`, an array or a boxed string names no field. Taken for an object without a session ID, it
// would file the work under the outer session.
function isInit(session: object): boolean {
  const prototype = Object.getPrototypeOf(session)
  return prototype === Object.prototype || prototype === null || FIELDS.some((field) => field in session)
}

function checkInit(init: SessionInit): CheckedSession {
  for (const key of Object.keys(init)) {
    if (!FIELDS.includes(key as never)) reportUnknownField(key, FIELDS)
  }
  const fields = checkFields(init)
  if (!('sessionId' in init)) return { states: 'nothing', id: undefined, fields }
  const { sessionId } = init
  return sessionId === null ? { states: 'cleared', id: undefined, fields } : checkedId(sessionId, fields)
}

/** Mostly a spelling mistake; of `sessionId`, it leaves the work in the outer session. */
export function reportUnknownField(key: string, known: readonly string[]): void {
  report('session:unknown-field', () => {
    // Only a spelling mistake is shown: a map keyed by users is not for a log.
    const plain = key.replaceAll(/[_-]/g, '').toLowerCase()
    const meant = known.find((field) => [plain, plain.replace('session', '')].includes(field.toLowerCase()))
    const what = meant === undefined ? kindOf(key) : `"${key}", which is ${meant} here`
    return `a session has a property that means nothing: ${what}. Known are ${known.join(', ')}`
  })
}

function checkedId(value: unknown, fields: SessionFields | undefined): CheckedSession {
  if (typeof value === 'string' && isPlainSessionId(value)) return { states: 'session', id: value, fields }
  const check = checkSessionId(value)
  if (!check.ok) {
    reportRefusedId('session-id', 'a session ID is refused, so there is no session', value, check.reason)
    return { states: 'cleared', id: undefined, fields }
  }
  advise(check.id)
  return { states: 'session', id: check.id, fields }
}
