import { kindOf } from '@otel-sessions/semconv/internal'
import type { ProblemCode } from '../problems.ts'
import { report } from '../report.ts'

/** The longest name of a session, an event, a metric or a judgement, in UTF-16 code units. */
export const NAME_MAX_LENGTH = 200

/** A text as it was given, or undefined: none was, or it is no text, which is counted. */
export function checkText(
  code: ProblemCode,
  what: string,
  value: unknown,
  maxLength = Number.POSITIVE_INFINITY,
): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value
  report(code, () => {
    const wanted =
      maxLength === Number.POSITIVE_INFINITY ? 'that is not empty' : `of 1 to ${maxLength} characters`
    return `${what} is left out: it is ${kindOf(value)}, not a string ${wanted}`
  })
  return undefined
}

/** A name without which there is nothing to say; undefined where it is none, which is counted. */
export function checkName(code: ProblemCode, what: string, name: unknown): string | undefined {
  // Without a name, too: `String()` would make one of it.
  return checkText(code, what, name ?? '', NAME_MAX_LENGTH)
}

/** A finite number, or undefined: none was given, or it is none, which is counted. */
export function checkFinite(code: ProblemCode, what: string, value: unknown): number | undefined {
  if (Number.isFinite(value)) return value as number
  report(code, () => {
    return `${what} is left out: it is ${typeof value === 'number' ? value : kindOf(value)}, not a finite number`
  })
  return undefined
}
