/** How far a percentile may be from the sample that it stands for: 1 % of it, from a microsecond on. */
const RELATIVE_ERROR = 0.01

const LEAST = 0.001
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const LOG_GAMMA = Math.log(GAMMA)
/** The highest bucket: beyond any duration that a clock can tell. */
export const LAST_BUCKET = 4095

/** The bucket of a duration in milliseconds. What is no more than a microsecond, or negative, is in bucket 0. */
export function bucketOf(millis: number): number {
  if (!(millis > LEAST)) return 0
  return Math.min(LAST_BUCKET, 1 + Math.ceil(Math.log(millis / LEAST) / LOG_GAMMA))
}

/** The duration, in milliseconds, that stands for a bucket. */
const millisOf = (bucket: number): number =>
  bucket === 0 ? 0 : (LEAST * 2 * GAMMA ** (bucket - 1)) / (GAMMA + 1)

/**
 * Durations in buckets whose width grows with their value (as in DDSketch): counts per bucket add up, so two sketches
 * merge without loss, in any order.
 */
export class Sketch {
  readonly #counts = new Map<number, number>()

  /** Adds to the count of a bucket; `by` may be negative where something is taken back. */
  add(bucket: number, by: number): void {
    const count = (this.#counts.get(bucket) ?? 0) + by
    if (count > 0) this.#counts.set(bucket, count)
    else this.#counts.delete(bucket)
  }

  merge(other: Sketch): void {
    for (const [bucket, count] of other.#counts) this.add(bucket, count)
  }

  /** Buckets and their counts, the lowest first. */
  entries(): [bucket: number, count: number][] {
    return [...this.#counts].sort(([one], [other]) => one - other)
  }

  /** The values, in milliseconds, below which these shares of the samples lie (nearest rank). */
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
