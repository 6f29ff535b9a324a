/** Seconds and nanoseconds as milliseconds since the epoch; NaN where it is no such time. */
export function epochMillis(time: readonly number[] | undefined): number {
  const [seconds, nanos] = time ?? []
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return Number.NaN
  return seconds * 1000 + nanos / 1e6
}

/** How long it took, in milliseconds. Never negative, whatever the clock did; NaN where there is no such time. */
export function durationMillis(from: readonly number[], to: readonly number[]): number {
  // By parts: the milliseconds since the epoch have no room for nanoseconds.
  const millis =
    ((to[0] as number) - (from[0] as number)) * 1000 + ((to[1] as number) - (from[1] as number)) / 1e6
  return millis < 0 ? 0 : millis
}
