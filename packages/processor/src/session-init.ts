import {
  checkSessionId,
  kindOf,
  SESSION_ID_MAX_LENGTH,
  type SessionIdReason,
  TAG_MAX_LENGTH,
  TAGS_MAX_COUNT,
} from '@otel-sessions/semconv'
import { advise } from './advise.ts'
import type { MetadataValue, SessionFields } from './fields.ts'
import { report } from './report.ts'

/** What `usingSession` and its siblings may be told about a session. */
export interface SessionInit {
  /**
   * The session. `null`, and everything that is no valid session ID, states that there is none; so does
   * `undefined` where the property is there. Without the property the session in force stays.
   */
  readonly sessionId?: string | null | undefined
  /** The conversation inside the session. Same rule as a session ID. A new session drops the outer one. */
  readonly conversationId?: string | undefined
  /** The end user. Same rule as a session ID. */
  readonly userId?: string | undefined
  /** The session before this one; for a session's start event, never stamped on spans. Same rule as a session ID. */
  readonly previousSessionId?: string | undefined
  /** Free metadata: strings, finite numbers, booleans. Merged key by key in nested scopes; 4 kB as JSON. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** Tags: non-empty strings of at most 200 characters, at most 32. United in nested scopes. */
  readonly tags?: readonly string[] | undefined
}

/** A session as it was given, checked: a stated ID, stated absence, or fields alone. */
export interface CheckedSession {
  readonly states: 'session' | 'absence' | 'nothing'
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
}

const FIELDS = ['sessionId', 'conversationId', 'userId', 'previousSessionId', 'metadata', 'tags'] as const
const ABSENCE: CheckedSession = { states: 'absence', id: undefined, fields: undefined }

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
  const fields = checkFields(init)
  if (!('sessionId' in init)) return { states: 'nothing', id: undefined, fields }
  const { sessionId } = init
  return sessionId === null ? { states: 'absence', id: undefined, fields } : checkedId(sessionId, fields)
}

function checkedId(value: unknown, fields: SessionFields | undefined): CheckedSession {
  const check = checkSessionId(value)
  if (!check.ok) {
    reportRefusedId('session-id', 'a session ID is refused, so there is no session', value, check.reason)
    return { states: 'absence', id: undefined, fields }
  }
  advise(check.id)
  return { states: 'session', id: check.id, fields }
}

function reportRefusedId(code: string, what: string, value: unknown, reason: SessionIdReason): void {
  report(`${code}:${reason}`, () => {
    return `${what}: ${reason}. It is ${kindOf(value)}; valid are 1 to ${SESSION_ID_MAX_LENGTH} printable US-ASCII characters`
  })
}

function checkFields(init: SessionInit): SessionFields | undefined {
  const fields: SessionFields = {
    conversationId: readField('conversation-id', () => checkIdField('conversation-id', init.conversationId)),
    userId: readField('user-id', () => checkIdField('user-id', init.userId)),
    previousSessionId: readField('previous-session-id', () =>
      checkIdField('previous-session-id', init.previousSessionId),
    ),
    metadata: readField('metadata', () => checkMetadata(init.metadata)),
    tags: readField('tags', () => checkTags(init.tags)),
  }
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined
}

function readField<T>(code: string, read: () => T): T | undefined {
  try {
    return read()
  } catch {
    report(`${code}:unreadable`, () => `${code.replaceAll('-', ' ')}: left out, reading it throws`)
    return undefined
  }
}

function checkIdField(code: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const check = checkSessionId(value)
  if (check.ok) return check.id
  reportRefusedId(code, `a ${code.replaceAll('-', ' ')} is left out`, value, check.reason)
  return undefined
}

function checkMetadata(value: unknown): SessionFields['metadata'] {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) {
    report('metadata:not-an-object', () => `metadata is left out: it is ${kindOf(value)}, not an object`)
    return undefined
  }
  // Without a prototype, so that no key is special.
  const checked: Record<string, MetadataValue> = Object.create(null)
  for (const [key, entry] of Object.entries(value)) {
    if (isMetadataValue(entry)) checked[key] = entry
    else if (entry !== undefined) {
      report('metadata:bad-value', () => `a metadata value is left out: it is ${kindOf(entry)}`)
    }
  }
  return Object.keys(checked).length > 0 ? Object.freeze(checked) : undefined
}

function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function checkTags(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) {
    report('tags:not-an-array', () => `tags are left out: they are ${kindOf(value)}, not an array`)
    return undefined
  }
  return limitTags(value.filter(isTag))
}

function isTag(tag: unknown): tag is string {
  if (typeof tag === 'string' && tag !== '' && tag.length <= TAG_MAX_LENGTH) return true
  report(
    'tags:bad-tag',
    () => `a tag is left out: it is ${kindOf(tag)}, not a string of 1 to ${TAG_MAX_LENGTH} characters`,
  )
  return false
}

/** Each tag once, and no more than may be. */
export function limitTags(tags: readonly string[]): readonly string[] | undefined {
  const distinct = [...new Set(tags)]
  if (distinct.length > TAGS_MAX_COUNT) {
    report(
      'tags:too-many',
      () => `tags are left out: there are ${distinct.length}, ${TAGS_MAX_COUNT} are allowed`,
    )
    distinct.length = TAGS_MAX_COUNT
  }
  return distinct.length > 0 ? Object.freeze(distinct) : undefined
}
