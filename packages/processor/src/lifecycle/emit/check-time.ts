import type { HrTime } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'

// Structural, so that the package needs no runtime's types.
const { performance } = globalThis as unknown as {
  performance: { readonly timeOrigin: number; now(): number }
}

/** The last millisecond whose nanoseconds fit into OTLP's signed 64 bits: a day in 2262. */
const LAST_MILLIS = 9_223_372_036_854

/** The time now, as the SDK takes it at the start of a span: in whole milliseconds. */
export function timeNow(): HrTime {
  return partsOf(Date.now())
}

/** A time some milliseconds later. */
export function addMillis([seconds, nanos]: HrTime, millis: number): HrTime {
  const later = partsOf(Math.max(0, millis) + nanos / 1e6)
  return [seconds + later[0], later[1]]
}

/**
 * A time as it was given, or undefined: none was, or it is no time, which is counted. Always as HrTime: the lines
 * of the SDK read a small number in different ways.
 */
export function checkTime(time: unknown): HrTime | undefined {
  if (time === undefined || time === null) return undefined
  const read = readTime(time)
  if (read !== undefined) return read
  report('session-time:bad-time', () => {
    const is = typeof time === 'number' ? String(time) : kindOf(time)
    return `a time is left out, and now is taken: it is ${is}; a Date, epoch milliseconds, performance.now() or an HrTime between 1970 and 2262 is taken`
  })
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
    // By its number, so that a Date of another realm is one, too.
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
