import { diag } from '@opentelemetry/api'
import {
  adviseSessionId,
  SESSION_ID_MAX_LENGTH,
  type SessionIdAdvice,
  type SessionIdReason,
} from '@otel-sessions/semconv'
import { kindOf, problemLog } from '@otel-sessions/semconv/internal'
import type { IdFieldCode, ProblemCode } from './problem-codes.ts'

const log = problemLog<ProblemCode>(
  '@otel-sessions/processor',
  diag.createComponentLogger({ namespace: '@otel-sessions/processor' }),
  (code) => `logged once; processStats().problems counts it as "${code}"`,
)

/** How often each problem occurred, by its code. */
export type ProblemCounts = Readonly<Partial<Record<ProblemCode, number>>>

/**
 * Counts a problem, and logs the first of each code. Never throws.
 *
 * @param code stands for one reason
 * @param message called only when it is logged; names kinds and lengths, never a raw ID
 */
export function report(code: ProblemCode, message: () => string): void {
  log.report(code, message)
}

/** How often each problem occurred in this process. */
export const problemCounts = (): ProblemCounts => log.counts()

/** A `session.id` that was given to `startSpan`, or written later, and is none. */
export function reportInvalidAttribute(value: unknown, reason: SessionIdReason): void {
  report(
    `attribute:${reason}`,
    () => `a span's attribute session.id is refused: ${reason}. It is ${kindOf(value)}`,
  )
}

/** An ID that was given to a helper, and is none. */
export function reportInvalidId(
  code: 'session-id' | IdFieldCode,
  what: string,
  value: unknown,
  reason: SessionIdReason,
): void {
  report(`${code}:${reason}`, () => {
    return `${what}: ${reason}. It is ${kindOf(value)}; valid are 1 to ${SESSION_ID_MAX_LENGTH} printable US-ASCII characters, not all blank`
  })
}

const WHY: Record<SessionIdAdvice, string> = {
  generic: 'a session ID looks generic, so several users may share it',
  placeholder: 'a session ID looks like a missing value that was made a string',
  'surrounding-blank': 'a session ID begins or ends with a space, and backends that trim it merge sessions',
  'looks-like-email': 'a session ID looks like an e-mail address, which is personal data',
}

/** Says once, for each kind of advice, that a valid session ID is a weak one. Changes nothing. */
export function reportWeakId(id: string): void {
  for (const advice of adviseSessionId(id)) report(`advice:${advice}`, () => WHY[advice])
}
