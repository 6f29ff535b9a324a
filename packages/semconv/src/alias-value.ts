import { isPlaceholder } from './advice.ts'
import { ATTR_SESSION_ID } from './attributes.ts'
import { checkSessionId, type SessionIdReason, type SessionIdRule } from './session-id.ts'

/** Why a candidate was passed over. */
export type AliasReason = SessionIdReason | 'placeholder' | 'not-an-integer'

/** A candidate's ID, or why it is none. */
export type AliasCheck =
  | {
      /** It names a session. */
      readonly ok: true
      /** The session ID; an integer as a string. */
      readonly id: string
    }
  | {
      /** It names none. */
      readonly ok: false
      /** The first reason that applies. */
      readonly reason: AliasReason
    }

/**
 * The ID that an attribute's value names. `session.id` is what it says, strings only; every other name is
 * somebody else's word, so integers are taken too and a placeholder is ignored.
 */
export function checkAliasValue(key: string, value: unknown, rule?: SessionIdRule): AliasCheck {
  if (key === ATTR_SESSION_ID) return checkSessionId(value, rule)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? checkSessionId(String(value), rule)
      : { ok: false, reason: 'not-an-integer' }
  }
  const check = checkSessionId(value, rule)
  return check.ok && isPlaceholder(check.id) ? { ok: false, reason: 'placeholder' } : check
}
