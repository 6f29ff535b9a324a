// Problems: counted by code, and logged once each; see `problem-codes.ts`. `process-stats.ts` gives the counts to users.
// Every other folder calls this one, and it calls none of them.
import { adviseSessionId, SESSION_ID_MAX_LENGTH } from '@otel-sessions/semconv'
import {
  type AliasReason,
  kindOf,
  PROCESSOR,
  type ProblemLog,
  processorLog,
  reportCopies,
} from '@otel-sessions/semconv/internal'
import type { IdFieldCode, ProblemCode } from './problem-codes.ts'

const log: ProblemLog<ProblemCode> = processorLog
reportCopies(PROCESSOR, log)

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

/**
 * Reports an invalid ID.
 *
 * @param code the first part of the problem code; the reason is the second
 * @param what what becomes of it, such as "a user id is left out"
 */
export function reportInvalidId(
  code: 'session-id' | 'attribute' | 'environment' | IdFieldCode,
  what: string,
  value: unknown,
  reason: AliasReason,
  maxLength: number = SESSION_ID_MAX_LENGTH,
): void {
  report(`${code}:${reason}` as ProblemCode, () => {
    return `${what} (${reason}): it is ${kindOf(value)}; valid are 1 to ${maxLength} printable US-ASCII characters`
  })
}

/** What becomes of an invalid session ID. */
export const ID_REJECTED = 'a session ID is rejected, so there is no session'

/** Reports what is weak about a valid session ID. It is used all the same. */
export function reportWeakId(id: string): void {
  for (const advice of adviseSessionId(id)) {
    report(`advice:${advice}`, () => `a session ID is used, although it is weak (${advice})`)
  }
}

/** Counts a value that is left out, and logs what it is: its kind, unless `describe` returns more. */
export function reportLeftOut(
  code: ProblemCode,
  what: string,
  value: unknown,
  expected: string,
  describe = kindOf,
): void {
  report(code, () => `${what} is left out: it is ${describe(value)}, not ${expected}`)
}
