/** Seconds and nanoseconds as milliseconds since the epoch; NaN where it is no such time. */
export function epochMillis(time: readonly number[] | undefined): number {
  const [seconds, nanos] = time ?? []
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return Number.NaN
  return seconds * 1000 + nanos / 1e6
}

/** How long it took, in milliseconds. Never negative, whatever the clock did; NaN where there is no such time. */
export function durationMillis(
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): number {
  const [fromSeconds, fromNanos] = from ?? []
  const [toSeconds, toNanos] = to ?? []
  // By parts: the milliseconds since the epoch have no room for nanoseconds.
  const seconds = (toSeconds as number) - (fromSeconds as number)
  return Math.max(0, seconds * 1000 + ((toNanos as number) - (fromNanos as number)) / 1e6)
}
