import { kindOf } from '@otel-sessions/semconv/internal'
import type { ProblemCode } from '../../report/problem-codes.ts'
import { report } from '../../report/report.ts'

/** The longest name of a session, an event, a metric or a judgement, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 200

/** The longest comment, reason and JSON, in UTF-16 code units (32 kB). */
export const TEXT_MAX_LENGTH = 32_768

/** A text as it was given, or undefined: none was, or it is no text, which is counted. */
export function checkText(
  code: ProblemCode,
  what: string,
  value: unknown,
  maxLength = TEXT_MAX_LENGTH,
): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value
  report(code, () => {
    return `${what} is left out: it is ${kindOf(value)}, not a string of 1 to ${maxLength} characters`
  })
  return undefined
}

/** A name without which there is nothing to say; undefined where it is none, which is counted. */
export function checkName(code: ProblemCode, what: string, name: unknown): string | undefined {
  if (name !== undefined && name !== null) return checkText(code, what, name, NAME_MAX_LENGTH)
  // `String()` would make a name of it.
  report(code, () => `${what} is left out: it has no name`)
  return undefined
}

/** A finite number, or undefined: none was given, or it is none, which is counted. */
export function checkFinite(code: ProblemCode, what: string, value: unknown): number | undefined {
  if (Number.isFinite(value)) return value as number
  report(code, () => {
    return `${what} is left out: it is ${typeof value === 'number' ? value : kindOf(value)}, not a finite number`
  })
  return undefined
}
