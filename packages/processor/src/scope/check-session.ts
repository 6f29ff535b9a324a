import { checkSessionId, TAG_MAX_LENGTH, TAGS_MAX_COUNT } from '@otel-sessions/semconv'
import { isPlainSessionId, kindOf } from '@otel-sessions/semconv/internal'
import type { FieldCode, IdFieldCode } from '../report/problem-codes.ts'
import { report, reportInvalidId, reportWeakId } from '../report/report.ts'
import type { CheckedSession, MetadataValue, SessionFields, SessionInit } from './session-init.ts'

const FIELDS = ['sessionId', 'conversationId', 'userId', 'previousSessionId', 'metadata', 'tags'] as const
const ABSENCE: CheckedSession = { kind: 'cleared', id: undefined, fields: undefined }

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
  if (!('sessionId' in init)) return { kind: 'nothing', id: undefined, fields }
  const { sessionId } = init
  return sessionId === null ? { kind: 'cleared', id: undefined, fields } : checkedId(sessionId, fields)
}

/** Mostly a spelling mistake; of `sessionId`, it leaves the work in the outer session. */
export function reportUnknownField(key: string, known: readonly string[]): void {
  report('session:unknown-field', () => {
    // Only a spelling mistake is shown: a map keyed by users is not for a log.
    const plain = key.replaceAll(/[_-]/g, '').toLowerCase()
    const meant = known.find((field) => [plain, `session${plain}`].includes(field.toLowerCase()))
    const what = meant === undefined ? kindOf(key) : `"${key}", which is ${meant} here`
    return `a session has a property that means nothing: ${what}. Known are ${known.join(', ')}`
  })
}

function checkedId(value: unknown, fields: SessionFields | undefined): CheckedSession {
  if (typeof value === 'string' && isPlainSessionId(value)) return { kind: 'session', id: value, fields }
  const check = checkSessionId(value)
  if (!check.ok) {
    reportInvalidId('session-id', 'a session ID is refused, so there is no session', value, check.reason)
    return { kind: 'cleared', id: undefined, fields }
  }
  reportWeakId(check.id)
  return { kind: 'session', id: check.id, fields }
}

/**
 * The fields beside the session ID: what fails is left out and counted, the rest is kept. An ID that fails does
 * not leave the outer one in force: that would put one user's name on another's work. Never throws.
 */
export function checkFields(init: SessionInit): SessionFields | undefined {
  const conversationId = checkIdField('conversation-id', init, 'conversationId')
  const userId = checkIdField('user-id', init, 'userId')
  const previousSessionId = checkIdField('previous-session-id', init, 'previousSessionId')
  const metadata = checkMetadata(init)
  const tags = checkTags(init)
  const isEmpty =
    conversationId === undefined &&
    userId === undefined &&
    previousSessionId === undefined &&
    metadata === undefined &&
    tags === undefined
  return isEmpty ? undefined : { conversationId, userId, previousSessionId, metadata, tags }
}

function unreadable(field: FieldCode): void {
  report(`${field}:unreadable`, () => `${field.replaceAll('-', ' ')}: left out, reading it throws`)
}

function checkIdField(
  code: IdFieldCode,
  init: SessionInit,
  field: 'conversationId' | 'userId' | 'previousSessionId',
): string | null | undefined {
  try {
    const value: unknown = init[field]
    if (value === undefined || value === null) return value
    const check = checkSessionId(value)
    if (check.ok) return check.id
    reportInvalidId(code, `a ${code.replaceAll('-', ' ')} is left out`, value, check.reason)
  } catch {
    unreadable(code)
  }
  return null
}

function checkMetadata(init: SessionInit): SessionFields['metadata'] {
  try {
    const value: unknown = init.metadata
    if (value === undefined || value === null) return undefined
    if (typeof value === 'object' && !Array.isArray(value)) return copyMetadata({ ...value })
    report('metadata:not-an-object', () => `metadata is left out: it is ${kindOf(value)}, not an object`)
  } catch {
    unreadable('metadata')
  }
  return undefined
}

/** A key that is longer may hold what is nobody's to read in a log. */
const KEY_SHOWN = 40

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
    report('metadata:bad-value', () => {
      const is = typeof value === 'number' ? String(value) : kindOf(value)
      return `metadata ${JSON.stringify(key.slice(0, KEY_SHOWN))} is left out: it is ${is}; strings, finite numbers and booleans are taken`
    })
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
  } catch {
    unreadable('tags')
  }
  return undefined
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
  const kept: string[] = []
  for (const tag of tags) {
    if (kept.includes(tag)) continue
    if (kept.length === TAGS_MAX_COUNT) {
      report('tags:too-many', () => `tags beyond the first ${TAGS_MAX_COUNT} are left out`)
      break
    }
    kept.push(tag)
  }
  return kept.length > 0 ? kept : undefined
}
