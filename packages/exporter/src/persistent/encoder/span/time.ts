import type { Time } from './sdk-span.ts'

export const BILLION = 1_000_000_000
/** Seconds. From here on there are more nanoseconds than 64 bits hold. */
const END = 18_446_744_073
const MOST = 2n ** 64n - 1n

/** Whether a time is what the SDK makes of one: whole, in order, and not at either end. */
export function isUsual(time: Time): time is readonly [seconds: number, nanos: number] {
  if (!Array.isArray(time)) return false
  const [seconds, nanos] = time
  return (
    Number.isInteger(seconds) &&
    Number.isInteger(nanos) &&
    seconds > 0 &&
    seconds < END &&
    nanos >= 0 &&
    nanos < BILLION
  )
}

/** Nanoseconds of any time: fractions are cut, what is no number is 0, and what is beyond 64 bits is the nearest. */
export function nanosOf(time: Time): bigint {
  if (!Array.isArray(time)) return 0n
  const nanos = wholeOf(time[0]) * BigInt(BILLION) + wholeOf(time[1])
  return nanos < 0n ? 0n : nanos > MOST ? MOST : nanos
}

const wholeOf = (value: unknown): bigint =>
  Number.isFinite(value) ? BigInt(Math.trunc(value as number)) : 0n
