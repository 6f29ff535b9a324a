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
  const conversationId = checkIdField('conversation-id', init, 'conversationId')
  const userId = checkIdField('user-id', init, 'userId')
  const previousSessionId = checkIdField('previous-session-id', init, 'previousSessionId')
  const metadata = checkMetadata(init)
  const tags = checkTags(init)
  const any = conversationId ?? userId ?? previousSessionId ?? metadata ?? tags
  return any === undefined ? undefined : { conversationId, userId, previousSessionId, metadata, tags }
}

function unreadable(field: string): undefined {
  report(`${field}:unreadable`, () => `${field.replaceAll('-', ' ')}: left out, reading it throws`)
}

function checkIdField(
  code: string,
  init: SessionInit,
  field: 'conversationId' | 'userId' | 'previousSessionId',
): string | undefined {
  try {
    const value: unknown = init[field]
    if (value === undefined || value === null) return undefined
    const check = checkSessionId(value)
    if (check.ok) return check.id
    reportRefusedId(code, `a ${code.replaceAll('-', ' ')} is left out`, value, check.reason)
    return undefined
  } catch {
    return unreadable(code)
  }
}

function checkMetadata(init: SessionInit): SessionFields['metadata'] {
  try {
    const value: unknown = init.metadata
    if (value === undefined || value === null) return undefined
    if (typeof value === 'object' && !Array.isArray(value)) return copyMetadata({ ...value })
    report('metadata:not-an-object', () => `metadata is left out: it is ${kindOf(value)}, not an object`)
    return undefined
  } catch {
    return unreadable('metadata')
  }
}

/** A copy, because the application may change its object while the scope lasts. */
function copyMetadata(copy: Record<string, unknown>): SessionFields['metadata'] {
  let isEmpty = true
  for (const key of Object.keys(copy)) {
    if (isMetadataValue(copy[key])) isEmpty = false
    else leaveOut(copy, key)
  }
  return isEmpty ? undefined : (copy as Record<string, MetadataValue>)
}

function leaveOut(copy: Record<string, unknown>, key: string): void {
  const value = copy[key]
  if (value !== undefined) {
    report('metadata:bad-value', () => `a metadata value is left out: it is ${kindOf(value)}`)
  }
  delete copy[key]
}

function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function checkTags(init: SessionInit): readonly string[] | undefined {
  try {
    const value: unknown = init.tags
    if (value === undefined || value === null) return undefined
    if (Array.isArray(value)) return limitTags(value.filter(isTag))
    report('tags:not-an-array', () => `tags are left out: they are ${kindOf(value)}, not an array`)
    return undefined
  } catch {
    return unreadable('tags')
  }
}

function isTag(tag: unknown): tag is string {
  if (typeof tag === 'string' && tag !== '' && tag.length <= TAG_MAX_LENGTH) return true
  report('tags:bad-tag', () => {
    return `a tag is left out: it is ${kindOf(tag)}, not a string of 1 to ${TAG_MAX_LENGTH} characters`
  })
  return false
}

/** Each tag once, and no more than may be. */
export function limitTags(tags: readonly string[]): readonly string[] | undefined {
  // For a handful of tags this beats a Set.
  const distinct =
    tags.length <= 8 ? tags.filter((tag, index) => tags.indexOf(tag) === index) : [...new Set(tags)]
  if (distinct.length > TAGS_MAX_COUNT) {
    report('tags:too-many', () => {
      return `tags are left out: there are ${distinct.length}, ${TAGS_MAX_COUNT} are allowed`
    })
    distinct.length = TAGS_MAX_COUNT
  }
  return distinct.length > 0 ? Object.freeze(distinct) : undefined
}
