import { checkSessionId, type SessionIdRule } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { sayOnce } from './report.ts'

/** What becomes of an invalid ID: `drop`, or a function that makes a valid one of it. */
export type OnInvalid = 'drop' | ((id: string) => string)

/**
 * The function behind the option, held to the ID rule like everybody else: what throws, or gives no valid ID,
 * drops the ID after all. Undefined where the option says so from the start.
 */
export function replacerOf(
  onInvalid: OnInvalid,
  rule: SessionIdRule,
): ((id: string) => string | undefined) | undefined {
  if (onInvalid === 'drop') return undefined
  return (id) => {
    try {
      const made: unknown = onInvalid(id)
      const check = checkSessionId(made, rule)
      if (check.ok) return check.id
      sayOnce('on-invalid', () => {
        return `what option onInvalid makes of an invalid session ID is invalid, so it is dropped: ${check.reason}. It is ${kindOf(made)}`
      })
    } catch {
      sayOnce('on-invalid-throws', () => 'option onInvalid throws, so the invalid session ID is dropped')
    }
    return undefined
  }
}
