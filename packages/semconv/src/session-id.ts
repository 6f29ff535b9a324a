import { SESSION_ID_MAX_LENGTH } from './limits.ts'

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
