/**
 * The longest session ID, in UTF-16 code units (equal to characters and bytes, as only US-ASCII is valid).
 *
 * Source: "any US-ASCII character string less than 200 characters, if it exceeds it will be dropped"
 * (session guides of Langfuse and InteractiveAI).
 */
export const SESSION_ID_MAX_LENGTH = 199

/** Why a value is not a valid session ID: the first reason that applies, in this order. */
export type SessionIdReason = 'not-a-string' | 'empty' | 'too-long' | 'control-character' | 'not-ascii'

/** What `checkSessionId` found. */
export type SessionIdCheck =
  | {
      /** The value is a valid session ID. */
      readonly ok: true
      /** The ID, unchanged. */
      readonly id: string
    }
  | {
      /** The value is not a valid session ID. */
      readonly ok: false
      /** The first reason that applies. */
      readonly reason: SessionIdReason
    }

/** A variation of the session ID rule. */
export interface SessionIdRule {
  /**
   * The longest valid ID, in characters: a whole number of at least 1. Any other value means the default.
   * Backends differ: Langfuse's SDK accepts 200, Application Insights 64.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
}

// Searching for a forbidden character is about twice as fast on long IDs as one anchored match.
// A control character is neither printable US-ASCII nor outside US-ASCII.
const CONTROL_CHARACTER = /[^\u0020-\u007e\u0080-\uffff]/
const NOT_PRINTABLE_ASCII = /[^\u0020-\u007e]/
const NOT_BLANK = /[^\u0020]/

const invalid = (reason: SessionIdReason): SessionIdCheck => ({ ok: false, reason })

/**
 * Checks whether a value is a valid session ID: a string of 1 to 199 characters, each printable US-ASCII
 * (0x20 to 0x7E), not all blank. Control characters are invalid because IDs travel in headers and logs.
 *
 * Never throws, and never trims, truncates or repairs: truncation would merge the sessions of two users.
 *
 * @param value any value
 * @param rule a variation of the rule
 * @returns the ID, unchanged, or the first reason that applies
 * @example checkSessionId('user_123_conv_456') // { ok: true, id: 'user_123_conv_456' }
 * @example checkSessionId('café')              // { ok: false, reason: 'not-ascii' }
 */
export function checkSessionId(value: unknown, rule?: SessionIdRule): SessionIdCheck {
  if (typeof value !== 'string') return invalid('not-a-string')
  // Few IDs begin with a space; the others need no search.
  if (value === '' || (value[0] === ' ' && !NOT_BLANK.test(value))) return invalid('empty')
  const most = rule?.maxLength as number
  if (value.length > (Number.isInteger(most) && most > 0 ? most : SESSION_ID_MAX_LENGTH))
    return invalid('too-long')
  if (!NOT_PRINTABLE_ASCII.test(value)) return { ok: true, id: value }
  return invalid(CONTROL_CHARACTER.test(value) ? 'control-character' : 'not-ascii')
}

/** A value, if it is a valid session ID. */
export function validId(value: unknown, rule: SessionIdRule): string | undefined {
  const check = checkSessionId(value, rule)
  return check.ok ? check.id : undefined
}

/** Why a valid session ID is a weak choice. */
export type SessionIdAdvice = 'generic' | 'placeholder' | 'surrounding-blank' | 'looks-like-email'

const GENERIC = /^(session|conversation|thread|chat|user|test|default|demo|example)([_-]?\d{0,3})$/i
const PLACEHOLDER = /^(undefined|null|none|nan|new|\[object \w+\])$/i
const SURROUNDING_BLANK = /^ | $/
// After the first dot of the domain there must be a letter or a digit: punctuation around an @ and a dot is no address.
// Each character can belong to one part of the pattern only, so that a value of any length is read once.
const EMAIL = /^[^\s@]+@[^\s@][^\s@.]*\.[^\s@a-z0-9]*[a-z0-9][^\s@]*$/i

/**
 * Lists what is weak about a valid session ID, in the order `generic`, `placeholder`, `surrounding-blank`,
 * `looks-like-email`. Advice changes nothing, except that a placeholder in an alias is ignored.
 *
 * Source: the good and bad patterns of the Phoenix session guide.
 *
 * @param id a valid session ID; a value that is not a string gets no advice
 * @example adviseSessionId('session_1')       // ['generic']
 * @example adviseSessionId('[object Object]') // ['placeholder']
 */
export function adviseSessionId(id: string): SessionIdAdvice[] {
  const advice: SessionIdAdvice[] = []
  if (typeof id !== 'string') return advice
  if (GENERIC.test(id)) advice.push('generic')
  if (isPlaceholder(id)) advice.push('placeholder')
  if (SURROUNDING_BLANK.test(id)) advice.push('surrounding-blank')
  if (EMAIL.test(id)) advice.push('looks-like-email')
  return advice
}

/** Whether a string is a missing value that was converted to a string, such as `undefined`. */
export function isPlaceholder(id: string): boolean {
  return PLACEHOLDER.test(id)
}

// The length of `conversation_999`, as a number: bundlers keep a property access.
const LONGEST_GENERIC_ID = 16
// Everything but printable US-ASCII, and space and @: a long ID without those two cannot be weak.
const NEEDS_FULL_CHECK = /[^\u0021-\u003f\u0041-\u007e]/

/** Whether one quick test shows that a string is valid and not weak. It is true for nearly every ID. */
export function isPlainSessionId(id: string): boolean {
  return id.length > LONGEST_GENERIC_ID && id.length <= SESSION_ID_MAX_LENGTH && !NEEDS_FULL_CHECK.test(id)
}

// A structural type, so that this package needs the types of no runtime.
const runtime = globalThis as unknown as { crypto: { getRandomValues(bytes: Uint8Array): Uint8Array } }

/**
 * Creates a session ID: a UUID v7 (RFC 9562) of 36 characters that sorts by its time of creation in milliseconds.
 * It is valid for every backend that we know. No ID is ever made up unless you call this function, or
 * `startSession()` without one.
 *
 * @example createSessionId() // '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'
 */
export function createSessionId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const form = `${time.slice(0, 8)}-${time.slice(8)}-7xxx-yxxx-xxxxxxxxxxxx`
  const random = runtime.crypto.getRandomValues(new Uint8Array(form.length))
  // A y is the variant: 8, 9, a or b.
  const digit = (letter: string, at: number) => {
    const byte = random[at] as number
    return (letter === 'y' ? 8 | (byte & 3) : byte & 15).toString(16)
  }
  return form.replaceAll(/[xy]/g, digit)
}
