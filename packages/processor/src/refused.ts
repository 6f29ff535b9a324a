import { SESSION_ID_MAX_LENGTH, type SessionIdReason } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import type { IdFieldCode } from './problems.ts'
import { report } from './report.ts'

/** A `session.id` that was given to `startSpan`, or written later, and is none. */
export function reportInvalidAttribute(value: unknown, reason: SessionIdReason): void {
  report(
    `attribute:${reason}`,
    () => `a span's attribute session.id is refused: ${reason}. It is ${kindOf(value)}`,
  )
}

/** An ID that was given to a helper, and is none. */
export function reportRefusedId(
  code: 'session-id' | IdFieldCode,
  what: string,
  value: unknown,
  reason: SessionIdReason,
): void {
  report(`${code}:${reason}`, () => {
    return `${what}: ${reason}. It is ${kindOf(value)}; valid are 1 to ${SESSION_ID_MAX_LENGTH} printable US-ASCII characters, not all blank`
  })
}
