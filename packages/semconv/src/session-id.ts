/**
 * The longest session ID, in UTF-16 code units (equal to characters and bytes, as only US-ASCII is valid).
 *
 * Source: "any US-ASCII character string less than 200 characters, if it exceeds it will be dropped"
 * (session guides of Langfuse and InteractiveAI).
 */
export const SESSION_ID_MAX_LENGTH = 199

/** Why a value is no session ID. The first that applies, in this order. */
export type SessionIdReason = 'not-a-string' | 'empty' | 'too-long' | 'control-character' | 'not-ascii'

/** What `checkSessionId` found. */
export type SessionIdCheck =
  | {
      /** It is a session ID. */
      readonly ok: true
      /** The ID as it was given. */
      readonly id: string
    }
  | {
      /** It is none. */
      readonly ok: false
      /** The first reason that applies. */
      readonly reason: SessionIdReason
    }

/** How the session ID rule may be varied. */
export interface SessionIdRule {
  /**
   * The longest ID, in characters: a whole number of at least 1; anything else counts as the default.
   * Backends differ: Langfuse's SDK lets 200 pass, Application Insights takes 64.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
}

// Two searches for a forbidden character are about twice as fast on long IDs as one anchored match.
// Controls of US-ASCII: what is neither printable US-ASCII nor beyond it.
const CONTROL_CHARACTER = /[^\u0020-\u007e\u0080-\uffff]/
const NOT_PRINTABLE_ASCII = /[^\u0020-\u007e]/
const NOT_BLANK = /[^\u0020]/

const refused = (reason: SessionIdReason): SessionIdCheck => Object.freeze({ ok: false, reason })
const NOT_A_STRING = refused('not-a-string')
const EMPTY = refused('empty')
const TOO_LONG = refused('too-long')
const HAS_CONTROL_CHARACTER = refused('control-character')
const NOT_ASCII = refused('not-ascii')

/**
 * Whether a value is a session ID: a string of 1 to 199 characters, each printable US-ASCII (0x20 to 0x7E),
 * not all blank. Control characters are excluded because IDs travel in headers and logs.
 *
 * Never throws, trims, truncates or repairs: truncation merges two users' sessions.
 *
 * @param value anything
 * @param rule another maximum length
 * @returns the ID as it was given, or the first reason that applies
 * @example checkSessionId('user_123_conv_456') // { ok: true, id: 'user_123_conv_456' }
 * @example checkSessionId('café')              // { ok: false, reason: 'not-ascii' }
 */
export function checkSessionId(value: unknown, rule?: SessionIdRule): SessionIdCheck {
  if (typeof value !== 'string') return NOT_A_STRING
  if (isBlank(value)) return EMPTY
  if (value.length > maxLengthOf(rule)) return TOO_LONG
  if (NOT_PRINTABLE_ASCII.test(value))
    return CONTROL_CHARACTER.test(value) ? HAS_CONTROL_CHARACTER : NOT_ASCII
  return { ok: true, id: value }
}

// Nearly every ID begins with something else than a space, and needs no search.
function isBlank(value: string): boolean {
  return value === '' || (value.charCodeAt(0) === 0x20 && !NOT_BLANK.test(value))
}

function maxLengthOf(rule: SessionIdRule | undefined): number {
  const maxLength = rule?.maxLength
  return Number.isInteger(maxLength) && (maxLength as number) >= 1
    ? (maxLength as number)
    : SESSION_ID_MAX_LENGTH
}

/** Why a valid session ID is a weak one. */
export type SessionIdAdvice = 'generic' | 'placeholder' | 'surrounding-blank' | 'looks-like-email'

const GENERIC = /^(session|conversation|thread|chat|user|test|default|demo|example)([_-]?\d{0,3})$/i
const PLACEHOLDER = /^(undefined|null|none|nan|new)$/i
const STRINGIFIED_OBJECT = /^\[object \w+\]$/
const SURROUNDING_BLANK = /^ | $/
// A letter or digit in the domain's end, so that a row of punctuation with an @ and a dot is no address.
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]*[a-z0-9][^\s@]*$/i

/**
 * All advice that applies to a valid session ID, in the order `generic`, `placeholder`, `surrounding-blank`,
 * `looks-like-email`. Advice changes nothing, except that a hint that is a placeholder is ignored.
 *
 * Source: the good and bad patterns of the Phoenix session guide.
 *
 * @param id a valid session ID; anything that is not a string gets no advice
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

/** Whether a string is what a missing value looks like once it was made a string. */
export function isPlaceholder(id: string): boolean {
  return PLACEHOLDER.test(id) || STRINGIFIED_OBJECT.test(id)
}

const LONGEST_WEAK_WORD = 'conversation_999'.length
// What is not printable US-ASCII; and a space or an @, without which a long ID is not weak.
const DOUBTFUL = /[^\u0021-\u003f\u0041-\u007e]/

/** Whether a string is beyond doubt a valid session ID and no weak one: nearly every one, told by one look. */
export function isPlainSessionId(id: string): boolean {
  return id.length > LONGEST_WEAK_WORD && id.length <= SESSION_ID_MAX_LENGTH && !DOUBTFUL.test(id)
}

// Structural, so that this package needs no runtime's types.
const runtime = globalThis as unknown as { crypto: { getRandomValues(bytes: Uint8Array): Uint8Array } }

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * A new session ID: a UUID v7 (RFC 9562), 36 characters, sortable by its time of creation in milliseconds.
 * It satisfies every backend's rule that we know of. Nothing in this project calls it by itself: an ID is
 * never made up.
 *
 * @example createSessionId() // '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'
 */
export function createSessionId(): string {
  const bytes = runtime.crypto.getRandomValues(new Uint8Array(16))
  let millis = Date.now()
  for (let index = 5; index >= 0; index--) {
    bytes[index] = millis % 256
    millis = Math.floor(millis / 256)
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => HEX[byte]).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
