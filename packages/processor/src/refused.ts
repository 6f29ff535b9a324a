import { kindOf, SESSION_ID_MAX_LENGTH, type SessionIdReason } from '@otel-sessions/semconv'
import { report } from './report.ts'

/** A `session.id` that was given to `startSpan`, or written later, and is none. */
export function reportInvalidAttribute(value: unknown, reason: SessionIdReason): void {
  report(
    `attribute:${reason}`,
    () => `a span's attribute session.id is refused: ${reason}. It is ${kindOf(value)}`,
  )
}

/** An ID that was given to a helper, and is none. */
export function reportRefusedId(code: string, what: string, value: unknown, reason: SessionIdReason): void {
  report(`${code}:${reason}`, () => {
    return `${what}: ${reason}. It is ${kindOf(value)}; valid are 1 to ${SESSION_ID_MAX_LENGTH} printable US-ASCII characters`
  })
}
