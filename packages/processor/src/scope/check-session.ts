import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
  checkSessionId,
  TAG_MAX_LENGTH,
  TAGS_MAX_COUNT,
} from '@otel-sessions/semconv'
import { countOf, isPlainSessionId, isPolluted, numberOrKind } from '@otel-sessions/semconv/internal'
import type { FieldCode, IdFieldCode } from '../report/problem-codes.ts'
import { ID_REJECTED, report, reportInvalidId, reportLeftOut, reportWeakId } from '../report/report.ts'
import type { CheckedSession, MetadataValue, SessionFields, SessionInit } from './session-init.ts'

/** Each field with its attribute, and how it is checked. */
const CHECKS = [
  ['conversationId', ATTR_GEN_AI_CONVERSATION_ID, checkIdField],
  ['userId', ATTR_USER_ID, checkIdField],
  ['previousSessionId', ATTR_SESSION_PREVIOUS_ID, checkIdField],
  ['metadata', ATTR_METADATA, checkMetadata],
  ['tags', ATTR_TAG_TAGS, checkTags],
] as const
const FIELDS: readonly string[] = ['sessionId', ...CHECKS.map(([field]) => field)]
const cleared = (fields?: SessionFields): CheckedSession => ({ kind: 'cleared', id: undefined, fields })

/** Checks a session. Never throws, whatever the value is: what is not a session clears it. */
export function checkSession(session: unknown): CheckedSession {
  if (typeof session === 'string') return checkId(session)
  if (session === null) return cleared()
  try {
    if (typeof session === 'object' && isInit(session, FIELDS)) return checkInit(session as SessionInit)
  } catch {
    report('session:unreadable', () => 'a session is rejected: reading it throws')
    return cleared()
  }
  return checkId(session)
}

/**
 * Whether a value is a session as an object. A promise that nobody awaited, an array or a boxed string has none of the
 * fields. As an object without `sessionId`, it would leave the work in the outer session.
 */
export function isInit(session: object, fields: readonly string[]): boolean {
  const prototype = Object.getPrototypeOf(session)
  return (
    prototype === Object.prototype || prototype === null || fields.some((field) => hasField(session, field))
  )
}

const hasField = (session: object, field: string) => field in session && !isPolluted(session, field)

/** Reads a field: what stands on `Object.prototype` would be in every session. */
export const readField = <T extends object, K extends keyof T & string>(
  session: T,
  field: K,
): T[K] | undefined => (isPolluted(session, field) ? undefined : session[field])

function checkInit(init: SessionInit): CheckedSession {
  for (const key of Object.keys(init)) {
    if (!FIELDS.includes(key)) reportUnknownField(key, FIELDS)
  }
  const fields = checkFields(init)
  if (!hasField(init, 'sessionId')) return { kind: 'fields', id: undefined, fields }
  const { sessionId } = init
  return sessionId === null ? cleared(fields) : checkId(sessionId, fields)
}

/** Reports a property that is no field: mostly a spelling mistake, which may leave the work in the outer session. */
export function reportUnknownField(key: string, known: readonly string[], of = 'a session'): void {
  report('session:unknown-field', () => {
    const plain = key.replaceAll(/[_.-]/g, '').toLowerCase()
    const meant = known.find((field) => [plain, `session${plain}`].includes(field.toLowerCase()))
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    return `a property of ${of} is ignored: ${nameInLog(key)}${hint}. The properties are ${known.join(', ')}`
  })
}

function checkId(value: unknown, fields?: SessionFields): CheckedSession {
  if (typeof value !== 'string' || !isPlainSessionId(value)) {
    const check = checkSessionId(value)
    if (!check.ok) {
      reportInvalidId('session-id', ID_REJECTED, value, check.reason)
      return cleared(fields)
    }
    reportWeakId(check.id)
  }
  return { kind: 'session', id: value as string, fields }
}

/**
 * Checks the fields beside the session ID: an invalid one is left out and counted, the others are kept. An invalid
 * ID is `null`, so that the outer user's name does not end up on another user's work. Never throws.
 */
export function checkFields(init: SessionInit): SessionFields | undefined {
  let fields: { [attribute: string]: unknown } | undefined
  for (const [field, attribute, check] of CHECKS) {
    const value = checkField(init, field, check)
    if (value === undefined) continue
    fields ??= {}
    fields[attribute] = value
  }
  return fields
}

type Field = Exclude<keyof SessionInit, 'sessionId'>

/** What becomes of a field; undefined if it is not set. */
function checkField(
  init: SessionInit,
  field: Field,
  check: (value: unknown, field: Field) => unknown,
): unknown {
  try {
    const value: unknown = readField(init, field)
    if (value === undefined) return undefined
    if (value !== null) return check(value, field)
  } catch {
    report(`${codeOf(field)}:unreadable`, () => `${field} is left out: reading it throws`)
  }
  // Only an ID is removed: by null, or where it cannot be read.
  return check === checkIdField ? null : undefined
}

/** `conversation-id` of `conversationId`. */
const codeOf = (field: Field) =>
  field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) as FieldCode

function checkIdField(value: unknown, field: Field): string | null {
  const check = checkSessionId(value)
  if (check.ok) return check.id
  reportInvalidId(codeOf(field) as IdFieldCode, `${field} is left out`, value, check.reason)
  return null
}

/** The most characters of a key in a log: keys may hold personal data. */
const MAX_KEY_IN_LOG = 40

/**
 * A property's name as a log shows it: whole where it looks like an identifier in code. The keys of a map by user or by
 * session are not shown; those have digits or other characters.
 */
const nameInLog = (key: string) =>
  /^[a-z_$][a-z_$.-]*$/i.test(key) && key.length <= MAX_KEY_IN_LOG
    ? `"${key}"`
    : `one whose name has ${countOf(key.length, 'character')}`

/** Copies the metadata, because the application may change its object while the scope lasts. */
function checkMetadata(value: unknown): Readonly<Record<string, MetadataValue>> | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) {
    reportLeftOut('metadata:not-an-object', 'metadata', value, 'an object')
    return undefined
  }
  const copy: Record<string, unknown> = { ...value }
  let isEmpty = true
  for (const key of Object.keys(copy)) {
    const one = copy[key]
    if (typeof one === 'string' || typeof one === 'boolean' || Number.isFinite(one)) {
      isEmpty = false
      continue
    }
    delete copy[key]
    if (one === undefined) continue
    const what = `a key of metadata, ${nameInLog(key)},`
    reportLeftOut('metadata:bad-value', what, one, 'a string, a finite number or a boolean', numberOrKind)
  }
  return isEmpty ? undefined : (copy as Record<string, MetadataValue>)
}

function checkTags(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const tags = limitTags(value.filter(isTag))
    return tags.length > 0 ? tags : undefined
  }
  reportLeftOut('tags:not-an-array', 'tags', value, 'an array')
  return undefined
}

function isTag(tag: unknown): tag is string {
  if (typeof tag === 'string' && tag !== '' && tag.length <= TAG_MAX_LENGTH) return true
  reportLeftOut('tags:bad-tag', 'a tag', tag, `a string of 1 to ${TAG_MAX_LENGTH} characters`)
  return false
}

/** Each tag once, and no more tags than a span may have. */
export function limitTags(tags: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const tag of tags) {
    if (kept.includes(tag)) continue
    if (kept.length === TAGS_MAX_COUNT) {
      report('tags:too-many', () => `tags beyond the first ${TAGS_MAX_COUNT} are left out`)
      break
    }
    kept.push(tag)
  }
  return kept
}
