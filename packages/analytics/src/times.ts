/** Seconds and nanoseconds as milliseconds since the epoch; NaN where it is no such time. */
export function epochMillis(time: readonly number[] | undefined): number {
  // By index: destructuring would make an iterator for each span.
  const seconds = time?.[0]
  const nanos = time?.[1]
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return Number.NaN
  return seconds * 1000 + nanos / 1e6
}

/** How long it took, in milliseconds. Never negative, whatever the clock did; NaN where there is no such time. */
export function durationMillis(
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): number {
  // By parts: the milliseconds since the epoch have no room for nanoseconds.
  const seconds = (to?.[0] as number) - (from?.[0] as number)
  return Math.max(0, seconds * 1000 + ((to?.[1] as number) - (from?.[1] as number)) / 1e6)
}
