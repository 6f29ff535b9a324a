/** The largest error of a percentile, relative to a duration that occurred, from a microsecond on. */
const RELATIVE_ERROR = 0.01

const LEAST = 0.001
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** The highest bucket, for longer durations than any clock measures. */
export const LAST_BUCKET = 4095

/** Returns the bucket of a duration in milliseconds. Bucket 0 is for a microsecond and less. */
export function bucketOf(millis: number): number {
  if (!(millis > LEAST)) return 0
  return Math.min(LAST_BUCKET, 1 + Math.ceil(Math.log(millis / LEAST) / LOG_GAMMA))
}

/** Returns the duration that represents a bucket, in milliseconds. */
const millisOf = (bucket: number): number =>
  bucket === 0 ? 0 : (LEAST * 2 * GAMMA ** (bucket - 1)) / (GAMMA + 1)

/**
 * A sketch of durations, as in DDSketch: counts in buckets whose width grows with their value. The counts add up, so
 * sketches merge without loss, in any order.
 */
export class Sketch {
  readonly #counts = new Map<number, number>()

  /** Adds a number, which may be negative, to the count of a bucket. */
  add(bucket: number, by: number): void {
    const count = (this.#counts.get(bucket) ?? 0) + by
    if (count > 0) this.#counts.set(bucket, count)
    else this.#counts.delete(bucket)
  }

  merge(other: Sketch): void {
    for (const [bucket, count] of other.#counts) this.add(bucket, count)
  }

  /** Returns the buckets and their counts, sorted by bucket. */
  entries(): [bucket: number, count: number][] {
    return [...this.#counts].sort(([one], [other]) => one - other)
  }

  /** Returns percentiles in milliseconds, by nearest rank; undefined if the sketch is empty. */
  percentiles(shares: readonly number[]): number[] | undefined {
    const entries = this.entries()
    const all = entries.reduce((sum, [, count]) => sum + count, 0)
    if (all === 0) return undefined
    return shares.map((share) => {
      let left = Math.max(1, Math.ceil(share * all))
      for (const [bucket, count] of entries) {
        left -= count
        if (left <= 0) return millisOf(bucket)
      }
      return Number.NaN
    })
  }
}
