import type { HrTime } from '@opentelemetry/api'
import { numberOrKind } from '@otel-sessions/semconv/internal'
import type { ProblemCode } from '../../report/problem-codes.ts'
import { report, reportLeftOut } from '../../report/report.ts'

/** The most UTF-16 code units in a name of a session, event, metric or feedback. */
export const NAME_MAX_LENGTH = 200

/** The most UTF-16 code units in a comment, a reason and JSON (32 kB). */
export const TEXT_MAX_LENGTH = 32_768

/** A text as it is; undefined where it is missing, or invalid, which is counted. */
export function checkText(
  code: ProblemCode,
  what: string,
  value: unknown,
  maxLength = TEXT_MAX_LENGTH,
): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value
  reportLeftOut(code, what, value, `a string of 1 to ${maxLength} characters`)
  return undefined
}

/** A required name; undefined where it is missing or invalid, which is counted. */
export function checkName(code: ProblemCode, what: string, name: unknown): string | undefined {
  if (name !== undefined && name !== null) return checkText(code, what, name, NAME_MAX_LENGTH)
  report(code, () => `${what} is left out: it is missing`)
  return undefined
}

/** A finite number; undefined where it is missing or invalid, which is counted. */
export function checkFinite(code: ProblemCode, what: string, value: unknown): number | undefined {
  if (Number.isFinite(value)) return value as number
  reportLeftOut(code, what, value, 'a finite number', numberOrKind)
  return undefined
}

/** One of several strings; undefined where it is none of them, which is counted. */
export function checkOneOf<T extends string>(
  code: ProblemCode,
  what: string,
  value: unknown,
  choices: readonly T[],
): T | undefined {
  const known = choices.find((choice) => choice === value)
  if (known === undefined) reportLeftOut(code, what, value, `one of ${choices.join(', ')}`)
  return known
}

// Structural, so that the package needs no runtime's types.
const { performance } = globalThis as unknown as {
  performance: { readonly timeOrigin: number; now(): number }
}

/** The last millisecond whose nanoseconds fit into OTLP's signed 64 bits: a day in 2262. */
const LAST_MILLIS = 9_223_372_036_854

/** The current time in whole milliseconds, as the SDK takes it when a span starts. */
export function timeNow(): HrTime {
  return partsOf(Date.now())
}

/** A time some milliseconds later. */
export function addMillis([seconds, nanos]: HrTime, millis: number): HrTime {
  const later = partsOf(Math.max(0, millis) + nanos / 1e6)
  return [seconds + later[0], later[1]]
}

/**
 * A time as HrTime, because SDK versions read small numbers in different ways. Undefined where it is missing, or
 * invalid, which is counted: then the current time is used.
 */
export function checkTime(time: unknown): HrTime | undefined {
  if (time === undefined || time === null) return undefined
  const read = readTime(time)
  if (read !== undefined) return read
  const expected = 'a Date, epoch milliseconds, performance.now() or HrTime between 1970 and 2262'
  reportLeftOut('session-time:bad-time', 'a time', time, expected, numberOrKind)
  return undefined
}

/** Whether one time is before another. */
export function isBefore(one: HrTime, other: HrTime): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1])
}

function readTime(time: unknown): HrTime | undefined {
  try {
    if (typeof time === 'number') return fromMillis(time <= performance.now() ? sinceOrigin(time) : time)
    if (Array.isArray(time)) return fromParts(time)
    // By its method, because a Date of another realm is no instance of this one's class.
    return typeof (time as Date).getTime === 'function' ? fromMillis((time as Date).getTime()) : undefined
  } catch {
    return undefined
  }
}

const sinceOrigin = (millis: number) => (millis < 0 ? Number.NaN : performance.timeOrigin + millis)

const fromMillis = (millis: number) => (millis >= 0 && millis <= LAST_MILLIS ? partsOf(millis) : undefined)

function partsOf(millis: number): HrTime {
  const seconds = Math.trunc(millis / 1000)
  return [seconds, Math.min(Math.round((millis - seconds * 1000) * 1e6), 999_999_999)]
}

function fromParts([seconds, nanos, ...more]: unknown[]): HrTime | undefined {
  const isTime =
    Number.isInteger(seconds) &&
    Number.isInteger(nanos) &&
    (seconds as number) >= 0 &&
    (seconds as number) * 1000 <= LAST_MILLIS &&
    (nanos as number) >= 0 &&
    (nanos as number) < 1e9
  return isTime && more.length === 0 ? [seconds as number, nanos as number] : undefined
}
