import { kindOf, type SessionIdReason } from '@otel-sessions/semconv'
import { report } from './report.ts'

/** A `session.id` that was given to `startSpan`, or written later, and is none. */
export function reportInvalidAttribute(value: unknown, reason: SessionIdReason): void {
  report(
    `attribute:${reason}`,
    () => `a span's attribute session.id is refused: ${reason}. It is ${kindOf(value)}`,
  )
}
