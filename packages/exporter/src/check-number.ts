import { kindOf } from '@otel-sessions/semconv/internal'

/** The most milliseconds that a timer can wait; a longer one fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** @throws RangeError that names the class, the option and what it is */
export function checkWholeNumber(
  option: string,
  value: unknown,
  most: number,
  { of = 'SessionSpanExporter', least = 1 } = {},
): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  const is = typeof value === 'number' ? String(value) : kindOf(value)
  throw new RangeError(`${of}: option ${option} must be a whole number from ${least} to ${most}, it is ${is}`)
}
